import { basename, dirname, extname, resolve } from 'node:path'
import { GymError, messageOf } from '../core/data/errors.ts'
import { parseJson } from '../core/data/json.ts'
import { shown } from '../core/data/shown.ts'
import type { Json, JsonObject } from '../core/data/types.ts'
import type { Environment } from '../core/episode/environment.ts'
import { openWorld, type World } from '../core/episode/world.ts'
import { type HookSet, withOptions } from '../core/reward/hook.ts'
import { openHooks } from '../core/reward/open-hooks.ts'
import type { Agent } from '../core/rollout/agent.ts'
import { type AgentFactory, createAgent } from '../core/rollout/agent-factory.ts'
import { readMetadata } from '../models/weights/safetensors.ts'
import { agents, type Catalog, environments, estimators, hooks, recipes } from '../registry/index.ts'
import { CONTRIBUTION_FORMAT } from '../rewards/contribution/model-file.ts'
import { parseRecipe } from '../rewards/shaping/parse.ts'
import type { Recipe } from '../rewards/shaping/recipe.ts'
import type { CreditTools } from '../server/hosting/credit.ts'
import { readText } from './config/read-text.ts'
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
    fileOf: (reference) => catalog.fileOf(named.get(withoutVersion(reference)) ?? reference),
  }
}

/** @throws GymError CONFIG_INVALID */
function configured(environment: Environment, folder: string, settings: Settings): Environment {
  const given = OPERATORS.flatMap((name) => {
    const value = operatorSetting(name, folder, settings)
    return value === undefined ? [] : [[name, value] as const]
  })
  return given.length === 0 || !environment.configured ? environment : environment.configured(Object.fromEntries(given))
}

/** Settings that only an operator may make. */
const OPERATORS = ['mcpServers', 'environmentServers'] as const

/**
 * What an operator has configured under a name, read from its file where the setting names one; undefined for nothing.
 * @throws GymError CONFIG_INVALID
 */
export function operatorSetting(
  name: (typeof OPERATORS)[number],
  folder: string,
  settings: Settings,
): Json | undefined {
  const value = settings[name]
  return value === undefined ? undefined : contentOf(folder, name, value)
}

/** The value, or that of a file, in which a field of its name may be around it. */
function contentOf(folder: string, name: (typeof OPERATORS)[number], given: JsonObject | string): Json {
  const content = typeof given === 'string' ? fileContent(name, resolve(folder, given)) : given
  return isObject(content) ? (content[name] ?? content) : content
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a file of servers is called in messages. */
const CALLED = { mcpServers: 'the MCP servers', environmentServers: 'the environments' } as const

function fileContent(name: (typeof OPERATORS)[number], path: string): Json {
  try {
    return parseJson(readText(path))
  } catch (thrown) {
    throw new GymError('CONFIG_INVALID', `${CALLED[name]} in ${path} cannot be read: ${messageOf(thrown)}`, {
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
  const reference = chosenName(folder, settings)
  const environment = await environmentCatalog(folder, settings).load(reference)
  await expectEnvironmentOfItsName(folder, settings, reference)
  return openWorld(environment, settings.options)
}

/**
 * Paths of the settings give names of their own, in the replay of a record too.
 * @throws GymError ENV_INVALID for a path to an environment whose name is registered for another file.
 */
export async function expectEnvironmentOfItsName(folder: string, settings: Settings, reference: string): Promise<void> {
  const catalog = environments({ userFolder: folder })
  const known = [...catalog.names(), ...(settings.environments ?? []).map(moduleName)]
  if (known.includes(withoutVersion(reference))) return
  const name = withoutVersion((await catalog.load(reference)).id)
  await expectOfItsName(catalog, reference, name, (message) => new GymError('ENV_INVALID', `environment ${message}`))
}

/** A record names what it was made with, and leads back to what is registered under that name. */
async function expectOfItsName<T>(
  catalog: Catalog<T>,
  reference: string,
  name: string,
  invalid: (message: string) => GymError,
): Promise<void> {
  const isOther = catalog.names().includes(name) && (await catalog.loadByName(name)) !== (await catalog.load(reference))
  if (isOther) throw invalid(`${shown(reference, 200)} is called ${name}, and so is a registered one: ${OTHER_NAME}`)
}

const OTHER_NAME =
  'the record of a run would lead to that one; rename yours, or leave the path out to use the registered one'

function chosenName(folder: string, settings: Settings): string {
  if (settings.env !== undefined) return settings.env
  const names = environmentCatalog(folder, settings).names().join(', ')
  throw new GymError('CONFIG_INVALID', `say which environment: --env NAME, or env in a configuration file (${names})`)
}

/** Settings that say which hooks judge. */
export type HookChoice = Pick<Settings, 'hooks' | 'rewardModel' | 'device'>

/**
 * The hooks that settings choose, ready to judge: a reward model is loaded. Close them with `closeHooks`.
 * @param isJudgedElsewhere process hooks are named only: their models are for those who judge
 * @throws GymError HOOK_UNKNOWN, HOOK_INVALID, CONFIG_INVALID; MODEL_INVALID, DEVICE_UNAVAILABLE
 */
export async function chosenHooks(
  folder: string,
  { hooks: named = [], ...model }: HookChoice,
  isJudgedElsewhere = false,
): Promise<HookSet> {
  const catalog = hooks({ userFolder: folder })
  const load = async ({ reference, options }: Chosen) => withOptions(await catalog.load(reference), options)
  const loaded = await Promise.all([...named, ...modelHooks(model)].map(load))
  return openHooks(loaded, ({ scope }) => !isJudgedElsewhere || scope !== 'process')
}

/**
 * The hook of a saved model, by the format of its file.
 * @throws GymError CONFIG_INVALID for a device without a model; MODEL_INVALID for a file that cannot be read
 */
function modelHooks({ rewardModel, device }: Omit<HookChoice, 'hooks'>): readonly Chosen[] {
  if (rewardModel !== undefined) {
    const isContribution = readMetadata(rewardModel).format === CONTRIBUTION_FORMAT
    const reference = isContribution ? 'step-contribution' : 'implicit'
    return [{ reference, options: { model: rewardModel, ...(device !== undefined && { device }) } }]
  }
  if (device === undefined) return []
  throw new GymError('CONFIG_INVALID', `device ${device} has nothing to run: name a reward model with --reward-model`)
}

/** Models that judge, one line each: the signal, the version, and the device that scores. */
export const modelLines = ({ process }: Pick<HookSet, 'process'>): readonly string[] =>
  process.flatMap(({ name, options: { model, device, runtime } = {} }) =>
    typeof device === 'string' && typeof runtime === 'string'
      ? [`${name}: scored on ${device} by model ${model}, ${runtime}`]
      : [],
  )

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
  const { name } = factory
  if (reference !== 'expert' && reference !== name)
    await expectOfItsName(catalog, reference, name, (message) => new GymError('AGENT_INVALID', `agent ${message}`))
  return { agent: await agentOf(factory, options, maxSteps), name }
}

/** As `chosenAgent`, for an agent that a record names: its name is never read as a path. */
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
