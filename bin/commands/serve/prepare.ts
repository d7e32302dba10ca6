import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { GymError } from '../../../core/data/errors.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import type { Environment } from '../../../core/episode/environment.ts'
import type { World } from '../../../core/episode/world.ts'
import { trimmed } from '../../../core/protocol/fields.ts'
import type { HookSet } from '../../../core/reward/hook.ts'
import type { ServedEnvironment } from '../../../server/hosting/host.ts'
import { type RunStore, recordedStore } from '../../../server/hosting/run-store.ts'
import type { ServerSettings } from '../../../server/listen.ts'
import type { Unfinished } from '../../../server/protocols/openenv/player.ts'
import type { Token } from '../../../server/roles.ts'
import type { Cli } from '../../cli.ts'
import type { Settings } from '../../config.ts'
import { chosenHooks, creditTools, environmentCatalog } from '../../find.ts'

/** What the command line alone says. */
export interface ServeChoice {
  /** Names or paths; none for all that there are. */
  readonly environments: readonly string[]
  readonly host: string
  readonly port: number
  readonly tokens: readonly Token[]
  readonly origins: readonly string[]
  /** Host names beside the loopback names or, with tokens, the only ones. */
  readonly hosts: readonly string[] | undefined
  readonly agentSplits: readonly string[] | undefined
  /** Derives the seeds of agents' episodes. */
  readonly seedKey: string | undefined
  readonly unfinished: Unfinished
  readonly defaultName: string | undefined
  /** Folder that gets a run for each environment; null to write nothing down. */
  readonly record: string | null
}

export interface PreparedServer {
  readonly settings: ServerSettings
  readonly environments: readonly Environment[]
}

/** @throws GymError CONFIG_INVALID, ENV_UNKNOWN, ENV_INVALID, HOOK_UNKNOWN, HOOK_INVALID, ESTIMATOR_INVALID */
export async function prepareServer(folder: string, settings: Settings, choice: ServeChoice): Promise<PreparedServer> {
  const { record } = choice
  const catalog = environmentCatalog(folder, settings)
  const named = choice.environments.length > 0 ? choice.environments : settings.env === undefined ? [] : [settings.env]
  const references = named.length > 0 ? named : catalog.names()
  const environments = await Promise.all(references.map((reference) => catalog.load(reference)))
  const hooks = await chosenHooks(folder, settings.hooks ?? [])
  const served = servedOnes(environments, settings.options ?? {})
  const runStoreOf =
    record === null ? {} : { runStoreOf: runStores(resolve(folder, record), hooks, settings.fsync ?? false) }
  const tools = await creditTools(folder)
  return { environments, settings: { environments: served, hooks, ...tools, ...runStoreOf, ...addressOf(choice) } }
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
}: ServeChoice) => trimmed({ host, port, tokens, origins, hosts, defaultName, agentSplits, seedKey, unfinished })

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

/** A run for each environment, in a folder of its name; an existing one is continued. */
function runStores(folder: string, hooks: HookSet, fsync: boolean): (world: World, name: string) => RunStore {
  return (world, name) => recordedStore(join(folder, name), { world, agent: 'clients', hooks }, { fsync })
}

/**
 * The secret that a source names: `env:NAME` an environment variable, anything else a file, without white space at
 * either end.
 * @throws GymError CONFIG_INVALID if there is none
 */
export async function seedKeyOf(
  source: string | undefined,
  { folder, variables }: Pick<Cli, 'folder' | 'variables'>,
): Promise<string | undefined> {
  if (source === undefined) return undefined
  const text = source.startsWith('env:') ? variables[source.slice(4)] : await textOf(resolve(folder, source))
  if (text === undefined || text.trim() === '')
    throw new GymError('CONFIG_INVALID', `--seed-key ${source}: there is no secret; name a file or env:NAME`)
  return text.trim()
}

const textOf = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined)
