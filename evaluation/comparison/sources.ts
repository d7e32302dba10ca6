import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { JsonObject } from '../../core/data/types.ts'
import { openWorld } from '../../core/episode/world.ts'
import type { CatalogSettings } from '../../registry/catalog.ts'
import { environments, estimators } from '../../registry/index.ts'
import type { Method } from './method.ts'
import type { ComparisonPlan } from './plan.ts'

/**
 * What results come from, as digests: they are no longer those of a comparison whose code or world has changed. A module
 * counts by its own file, not by what it imports.
 */
export interface Sources {
  /** File of the environment, and its world: options and data. */
  readonly world: JsonObject
  /** Each method by its label: its options, and the file of its estimator. */
  readonly methods: Readonly<Record<string, string>>
}

/** Nothing is known: results of the same plan count whatever they come from. */
export const NO_SOURCES: Sources = { world: {}, methods: {} }

/** @throws GymError ENV_UNKNOWN, ESTIMATOR_UNKNOWN, and what opening the world throws */
export async function sourcesOf(plan: ComparisonPlan, catalogs?: CatalogSettings): Promise<Sources> {
  const catalog = environments(catalogs)
  const { digest } = await openWorld(await catalog.load(plan.environment), plan.options)
  const methods = plan.methods.map((method) => [method.label, digestOf(method, catalogs)] as const)
  return { world: { file: fileDigest(catalog.fileOf(plan.environment)), digest }, methods: Object.fromEntries(methods) }
}

function digestOf(method: Method, catalogs: CatalogSettings | undefined): string {
  const file = method.kind === 'estimator' ? fileDigest(estimators(catalogs).fileOf(method.estimator)) : ''
  return hashOf(JSON.stringify([method, file]))
}

const fileDigest = (path: string): string => hashOf(readFileSync(path))

const hashOf = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex').slice(0, 16)
