import { join, resolve } from 'node:path'
import type { Environment } from '../../core/environment.ts'
import { GymError } from '../../core/errors.ts'
import type { HookSet } from '../../core/reward.ts'
import type { JsonObject } from '../../core/types.ts'
import type { World } from '../../core/world.ts'
import type { ServedEnvironment } from '../../server/arena/arena.ts'
import type { RunBook } from '../../server/arena/book.ts'
import type { ServerSettings } from '../../server/listen.ts'
import { recordBook } from '../../server/record-book.ts'
import type { Token } from '../../server/roles.ts'
import type { Settings } from '../config.ts'
import { chosenHooks, creditTools, environmentCatalog } from '../find.ts'

/** What the command line alone says. */
export interface ServeChoice {
  /** Names or paths; none for all that there are. */
  readonly environments: readonly string[]
  readonly host: string
  readonly port: number
  readonly tokens: readonly Token[]
  readonly origins: readonly string[]
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
  const { host, port, tokens, origins, defaultName, record } = choice
  const catalog = environmentCatalog(folder, settings)
  const named = choice.environments.length > 0 ? choice.environments : settings.env === undefined ? [] : [settings.env]
  const references = named.length > 0 ? named : catalog.names()
  const environments = await Promise.all(references.map((reference) => catalog.load(reference)))
  const hooks = await chosenHooks(folder, settings.hooks ?? [])
  const served = servedOnes(environments, settings.options ?? {})
  const bookOf = record === null ? {} : { bookOf: bookkeeper(resolve(folder, record), hooks, settings.fsync ?? false) }
  const address = { host, port, tokens, origins, ...(defaultName !== undefined && { defaultName }) }
  const tools = await creditTools(folder)
  return { environments, settings: { environments: served, hooks, ...tools, ...bookOf, ...address } }
}

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

/** A run for each environment, in a folder of its name; one that is there goes on. */
function bookkeeper(folder: string, hooks: HookSet, fsync: boolean): (world: World, name: string) => RunBook {
  return (world, name) => recordBook(join(folder, name), { world, agent: 'clients', hooks }, { fsync })
}
