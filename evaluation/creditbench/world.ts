import { expectSync } from '../../core/data/maybe-promise.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { startEpisode } from '../../core/episode/start.ts'
import { openWorld } from '../../core/episode/world.ts'
import { type Catalog, type CatalogSettings, catalogOf } from '../../registry/catalog.ts'
import { environments } from '../../registry/index.ts'
import type { Kind } from '../../registry/kind.ts'
import { enumerate, expectEnumerable } from '../exact/enumerate.ts'
import type { ExactModel } from '../exact/model.ts'

/** A world whose true values can be computed: an environment under options, and some of its tasks. */
export interface BenchWorld {
  /** Lower case with dashes, and the name of its file. */
  readonly name: string
  readonly summary: string
  /** Name in the registry of environments. */
  readonly environment: string
  readonly options?: JsonObject
  /** @default 'train' */
  readonly split?: string
  /** Tasks from the split's first on: a batch holds one group of each. @default 8 */
  readonly tasks?: number
  /** @default 20000 */
  readonly maxStates?: number
  /** Mean return of the frozen policy. @default 0.3 */
  readonly target?: number
  /** Options of the environment that the bench turns one at a time, and the values they take. */
  readonly varies?: Readonly<Record<string, readonly (number | string)[]>>
  /** Whether group size and reward noise are varied in it too. @default false */
  readonly isStudied?: boolean
}

const WORLD: Kind<BenchWorld> = {
  noun: 'world of the bench',
  folder: 'evaluation/worlds',
  unknown: 'ENV_UNKNOWN',
  invalid: 'ENV_INVALID',
  expects: 'export default { name, summary, environment, options }',
  read: (exported) => (isWorld(exported) ? exported : null),
  identify: ({ name }) => ({ name, version: null }),
}

function isWorld(value: unknown): value is BenchWorld {
  if (typeof value !== 'object' || value === null) return false
  const { name, summary, environment }: { readonly [K in keyof BenchWorld]?: unknown } = value
  return [name, summary, environment].every((text) => typeof text === 'string')
}

/** Worlds of `evaluation/worlds/`, the package's and the user's. */
export const worlds = (settings?: CatalogSettings): Catalog<BenchWorld> => catalogOf(WORLD, settings)

/**
 * Every task of a world, enumerated from its start.
 * @throws GymError ENV_UNKNOWN, CONFIG_INVALID, TASK_UNKNOWN; NOT_ENUMERABLE and NOT_DETERMINISTIC as `enumerate`.
 */
export async function modelsOf(world: BenchWorld, settings?: CatalogSettings): Promise<readonly ExactModel[]> {
  const { split = 'train', tasks = 8, options = {}, maxStates } = world
  const opened = await openWorld(await environments(settings).load(world.environment), options)
  expectEnumerable(opened.environment)
  const limits = maxStates === undefined ? {} : { maxStates }
  return Array.from({ length: tasks }, (_, at) =>
    enumerate(expectSync(startEpisode(opened, { task: opened.tasks.at(split, at), seed: at })), limits),
  )
}
