import { accessSync, constants, existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { GymError, messageOf } from '../../../core/data/errors.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import type { Environment } from '../../../core/episode/environment.ts'
import type { World } from '../../../core/episode/world.ts'
import { trimmed } from '../../../core/protocol/fields.ts'
import type { HookSet } from '../../../core/reward/hook.ts'
import type { ServedEnvironment } from '../../../server/hosting/host.ts'
import { type RunStore, recordedStore } from '../../../server/hosting/run-store.ts'
import type { Limits } from '../../../server/limits.ts'
import type { ServerSettings } from '../../../server/listen.ts'
import type { Unfinished } from '../../../server/protocols/openenv/player.ts'
import type { Role, Token } from '../../../server/roles.ts'
import type { Cli } from '../../cli.ts'
import { readText } from '../../config/read-text.ts'
import type { Settings } from '../../config.ts'
import { chosenHooks, creditTools, environmentCatalog, expectEnvironmentOfItsName } from '../../find.ts'

/** What the command line alone says. */
export interface ServeChoice {
  /** Names or paths; none for all that there are. */
  readonly environments: readonly string[]
  readonly host: string
  readonly port: number
  readonly tokens: readonly Token[]
  readonly origins: readonly string[]
  /** Host names beside the loopback names; undefined with tokens for any. */
  readonly hosts: readonly string[] | undefined
  readonly agentSplits: readonly string[] | undefined
  /** Derives the seeds of agents' episodes. */
  readonly seedKey: string | undefined
  readonly unfinished: Unfinished
  readonly defaultName: string | undefined
  /** Folder that gets a run for each environment; null to write nothing down. */
  readonly record: string | null
  readonly limits: Partial<Limits>
}

export interface PreparedServer {
  readonly settings: ServerSettings
  readonly environments: readonly Environment[]
  readonly hooks: HookSet
  /** Names of environments that are opened at the start: those that were asked for by name. */
  readonly opened: readonly string[]
  /** Opens the record of an environment in a folder; an existing one is continued. */
  readonly storeIn: (folder: string, world: World) => RunStore
}

/**
 * @param isNode of several, whose process hooks are judged elsewhere
 * @throws GymError CONFIG_INVALID, RECORD_FAILED, ENV_UNKNOWN, ENV_INVALID, HOOK_UNKNOWN, HOOK_INVALID, ESTIMATOR_INVALID
 */
export async function prepareServer(
  folder: string,
  settings: Settings,
  choice: ServeChoice,
  isNode = false,
): Promise<PreparedServer> {
  const { record } = choice
  if (record !== null) expectWritable(resolve(folder, record))
  const catalog = environmentCatalog(folder, settings)
  const named = choice.environments.length > 0 ? choice.environments : settings.env === undefined ? [] : [settings.env]
  const references = named.length > 0 ? named : catalog.names()
  const environments = await Promise.all(references.map((reference) => catalog.load(reference)))
  await Promise.all(named.map((reference) => expectEnvironmentOfItsName(folder, settings, reference)))
  const hooks = await chosenHooks(folder, settings, isNode)
  const served = servedOnes(environments, settings.options ?? {})
  const { fsync = false } = settings
  const storeIn: PreparedServer['storeIn'] = (at, world) =>
    recordedStore(at, { world, agent: 'clients', hooks }, { fsync })
  // A run for each environment, in a folder of its name.
  const runStore = (world: World, name: string): RunStore => storeIn(join(resolve(folder, record ?? '.'), name), world)
  const runStoreOf = record === null ? {} : { runStoreOf: runStore }
  const tools = await creditTools(folder)
  const opened = named.length > 0 ? environments.map(nameOf) : []
  const address = addressOf(choice)
  const server = { environments: served, hooks, ...tools, ...runStoreOf, ...address }
  return { environments, hooks, opened, storeIn, settings: server }
}

const addressOf = ({
  host,
  port,
  tokens,
  origins,
  hosts,
  defaultName,
  agentSplits,
  seedKey,
  unfinished,
  limits,
}: ServeChoice) =>
  trimmed({ host, port, tokens, origins, hosts, defaultName, agentSplits, seedKey, unfinished, limits })

function servedOnes(environments: readonly Environment[], options: JsonObject): readonly ServedEnvironment[] {
  if (environments.length > 1 && Object.keys(options).length > 0)
    throw new GymError(
      'CONFIG_INVALID',
      'options are of one environment: serve one alone with --env, to set its options',
    )
  return environments.map((environment) => ({
    name: nameOf(environment),
    load: () => Promise.resolve(environment),
    options,
  }))
}

export const nameOf = ({ id }: Environment): string => id.replace(/@\d+$/, '')

/**
 * Runs are made when environments open; a folder that cannot hold them is reported at the start.
 * @throws GymError RECORD_FAILED
 */
function expectWritable(folder: string): void {
  let place = folder
  while (!existsSync(place) && place !== dirname(place)) place = dirname(place)
  try {
    accessSync(`${place}/`, constants.W_OK)
  } catch (thrown) {
    throw new GymError('RECORD_FAILED', `--record ${folder}: ${messageOf(thrown)}; choose a folder that can be written`)
  }
}

/** A token as the command line has it: itself, or `env:NAME`, the environment variable that has it. */
export interface TokenSource {
  readonly role: Role
  readonly token: string
}

/** @throws GymError CONFIG_INVALID if a variable has no token */
export const tokensOf = (sources: readonly TokenSource[], { variables }: Pick<Cli, 'variables'>): readonly Token[] =>
  sources.map(({ role, token }) => ({ role, token: token.startsWith('env:') ? tokenIn(variables, token) : token }))

function tokenIn(variables: Cli['variables'], source: string): string {
  const token = variables[source.slice('env:'.length)]?.trim() ?? ''
  if (/^[\w.~-]{8,256}$/.test(token)) return token
  throw new GymError(
    'CONFIG_INVALID',
    `--token ${source}: the variable has no token; set it to 8 to 256 letters, digits, and . _ ~ -`,
  )
}

/**
 * The secret that a source names: `env:NAME` an environment variable, anything else a file, without white space at
 * either end.
 * @throws GymError CONFIG_INVALID if there is none
 */
export function seedKeyOf(
  source: string | undefined,
  { folder, variables }: Pick<Cli, 'folder' | 'variables'>,
): string | undefined {
  if (source === undefined) return undefined
  const text = source.startsWith('env:') ? variables[source.slice(4)] : textOf(resolve(folder, source))
  if (text === undefined || text.trim() === '')
    throw new GymError('CONFIG_INVALID', `--seed-key ${source}: there is no secret; name a file or env:NAME`)
  return text.trim()
}

function textOf(path: string): string | undefined {
  try {
    return readText(path)
  } catch {
    return undefined
  }
}
