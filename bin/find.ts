import { readFileSync } from 'node:fs'
import { basename, dirname, extname, resolve } from 'node:path'
import { GymError, messageOf } from '../core/data/errors.ts'
import { parseJson } from '../core/data/json.ts'
import { shown } from '../core/data/shown.ts'
import type { Json, JsonObject } from '../core/data/types.ts'
import type { Environment } from '../core/episode/environment.ts'
import { openWorld, type World } from '../core/episode/world.ts'
import { type HookSet, hookSet, withOptions } from '../core/reward/hook.ts'
import type { Agent } from '../core/rollout/agent.ts'
import { type AgentFactory, createAgent } from '../core/rollout/agent-factory.ts'
import { agents, type Catalog, environments, estimators, hooks, recipes } from '../registry/index.ts'
import { parseRecipe } from '../rewards/shaping/parse.ts'
import type { Recipe } from '../rewards/shaping/recipe.ts'
import type { CreditTools } from '../server/hosting/credit.ts'
import type { Chosen, Settings } from './config.ts'

/**
 * Environments of the package and of the working folder, and those that the settings name by their paths, each with
 * what the settings of the operator configure.
 */
export function environmentCatalog(folder: string, settings: Settings): Catalog<Environment> {
  const { environments: paths = [] } = settings
  const catalog = environments({ userFolder: folder })
  const named = new Map(paths.map((path) => [moduleName(path), resolve(folder, path)]))
  const loading = (load: Catalog<Environment>['load']) => async (reference: string) => {
    const path = named.get(withoutVersion(reference))
    const found = path === undefined ? await load(reference) : expectId(await catalog.load(path), reference)
    return configured(found, folder, settings)
  }
  return {
    names: () => [...new Set([...catalog.names(), ...named.keys()])].toSorted(),
    load: loading(catalog.load),
    loadByName: loading(catalog.loadByName),
  }
}

/** @throws GymError CONFIG_INVALID */
function configured(environment: Environment, folder: string, { mcpServers: given }: Settings): Environment {
  if (given === undefined || !environment.configured) return environment
  const content = typeof given === 'string' ? fileContent(resolve(folder, given)) : given
  const { mcpServers = content } = isObject(content) ? content : {}
  return environment.configured({ mcpServers })
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function fileContent(path: string): Json {
  try {
    return parseJson(readFileSync(path, 'utf8'))
  } catch (thrown) {
    throw new GymError('CONFIG_INVALID', `the MCP servers in ${path} cannot be read: ${messageOf(thrown)}`, {
      cause: thrown,
    })
  }
}

/** As in the folders that are searched: a file, or its folder, has the name of its content. */
function moduleName(path: string): string {
  const name = basename(path, extname(path))
  return name === 'index' ? basename(dirname(path)) : name
}

const withoutVersion = (reference: string): string => reference.replace(/@\d+$/, '')

function expectId(environment: Environment, reference: string): Environment {
  const { id } = environment
  if (id === reference || withoutVersion(id) === reference) return environment
  throw new GymError(
    'ENV_UNKNOWN',
    `there is no environment ${shown(reference, 100)}: the path in the settings leads to ${id}`,
  )
}

/**
 * The environment that the settings choose, opened with its options.
 * @throws GymError CONFIG_INVALID where they choose none, ENV_UNKNOWN, ENV_INVALID
 */
export async function chosenWorld(folder: string, settings: Settings): Promise<World> {
  const environment = await environmentCatalog(folder, settings).load(chosenName(folder, settings))
  return openWorld(environment, settings.options)
}

function chosenName(folder: string, settings: Settings): string {
  if (settings.env !== undefined) return settings.env
  const names = environmentCatalog(folder, settings).names().join(', ')
  throw new GymError('CONFIG_INVALID', `say which environment: --env NAME, or env in a configuration file (${names})`)
}

/** @throws GymError HOOK_UNKNOWN, HOOK_INVALID, CONFIG_INVALID */
export async function chosenHooks(folder: string, chosen: readonly Chosen[]): Promise<HookSet> {
  const catalog = hooks({ userFolder: folder })
  const load = async ({ reference, options }: Chosen) => withOptions(await catalog.load(reference), options)
  return hookSet(await Promise.all(chosen.map(load)))
}

/** A recipe, and the JSON it was read from for the manifest of a run. */
export interface ChosenRecipe {
  readonly recipe: Recipe
  readonly json: Json
}

/** @throws GymError HOOK_UNKNOWN, CONFIG_INVALID */
export async function chosenRecipe(folder: string, name: string): Promise<ChosenRecipe> {
  const json = await recipes({ userFolder: folder }).load(name)
  return { recipe: parseRecipe(json), json }
}

/**
 * Every estimator and recipe there is, for the clients of a server to choose from.
 * @throws GymError ESTIMATOR_INVALID, CONFIG_INVALID
 */
export async function creditTools(folder: string): Promise<Required<CreditTools>> {
  const [known, names] = [estimators({ userFolder: folder }), recipes({ userFolder: folder }).names()]
  const chosen = await Promise.all(names.map((name) => chosenRecipe(folder, name)))
  return {
    estimators: await Promise.all(known.names().map((name) => known.load(name))),
    recipes: chosen.map(({ recipe }) => recipe),
  }
}

/** What an agent is chosen for: an environment here, or the name of one on a server. */
type Actable = Pick<Environment, 'id' | 'expert'> | { readonly id: string; readonly expert?: undefined }

/** An agent, and the registered name that leads back to it, with the options that were chosen. */
export interface ChosenAgent {
  readonly agent: Agent
  readonly name: string
}

/**
 * The agent that an operator chooses for an environment; `expert` is the one that says it is that environment's.
 * @param maxSteps of an episode, given to agents that have an option of this name.
 * @throws GymError AGENT_UNKNOWN, AGENT_INVALID, CONFIG_INVALID
 */
export async function chosenAgent(
  folder: string,
  { reference, options }: Chosen,
  environment: Actable,
  maxSteps: number,
): Promise<ChosenAgent> {
  const catalog = agents({ userFolder: folder })
  const factory = await agentFactory(catalog, reference, environment, catalog.load)
  return { agent: await agentOf(factory, options, maxSteps), name: factory.name }
}

/** As `chosenAgent`, for an agent that a record names: its name is never taken for a path. */
export async function recordedAgent(
  folder: string,
  { reference, options }: Chosen,
  environment: Actable,
  maxSteps: number,
): Promise<Agent> {
  const catalog = agents({ userFolder: folder })
  return agentOf(await agentFactory(catalog, reference, environment, catalog.loadByName), options, maxSteps)
}

function agentFactory(
  catalog: Catalog<AgentFactory>,
  reference: string,
  environment: Actable,
  load: Catalog<AgentFactory>['load'],
): Promise<AgentFactory> {
  const isExpert = reference === 'expert' && !catalog.names().includes('expert')
  return isExpert ? expertFor(catalog, environment) : load(reference)
}

async function agentOf(factory: AgentFactory, options: JsonObject, maxSteps: number): Promise<Agent> {
  const limits = Object.hasOwn(factory.options ?? {}, 'maxSteps') ? { maxSteps } : {}
  return createAgent(factory, { ...limits, ...options })
}

/** Name of the agent that takes the actions of an environment's own solver. */
const PRIVILEGED = 'privileged'

async function expertFor(catalog: Catalog<AgentFactory>, { id, expert }: Actable): Promise<AgentFactory> {
  const names = catalog.names()
  const loaded = await Promise.allSettled(names.map((name) => catalog.load(name)))
  const factories = loaded.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const own = factories.find((factory) => factory.expertFor === withoutVersion(id))
  if (own) return own
  const privileged = expert ? factories.find(({ name }) => name === PRIVILEGED) : undefined
  if (privileged) return privileged
  const broken = loaded.find((result) => result.status === 'rejected')
  if (broken) throw broken.reason
  throw new GymError(
    'AGENT_UNKNOWN',
    `no agent says that it is an expert for ${withoutVersion(id)}: choose one of ${names.join(', ')}`,
  )
}
