import type { JsonObject } from '../../core/data/types.ts'
import type { CatalogSettings } from '../../registry/catalog.ts'
import { estimators } from '../../registry/index.ts'
import { boundNamed, estimatorMethod, type Method } from './method.ts'
import type { ComparisonPlan } from './plan.ts'

type Preset = Omit<ComparisonPlan, 'methods'> & { readonly methodNames: readonly string[] }

const seedsFrom = (first: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => first + at)

/**
 * The miniature shop over a long horizon, where exact values are an upper bound. What should be true of it is in
 * `promisesOf`.
 */
const QUICK: Preset = {
  name: 'quick',
  environment: 'shop-miniature',
  options: { length: 'long', reward: 'success' },
  split: 'train',
  heldOutSplit: 'validation',
  methodNames: ['oracle', 'evidence-closure', 'crbc', 'rloo', 'random-reward', 'untrained'],
  rates: [0.005, 0.01, 0.02, 0.04],
  trialSeeds: seedsFrom(101, 2),
  seeds: seedsFrom(1, 8),
  budget: 15_000,
  training: { tasks: 32, groups: 16, groupSize: 8, evalTasks: 32 },
  warm: { options: { reward: 'graded' }, success: 0.05, learningRate: 0.003, iterations: 60 },
}

/**
 * The web shop with 1,000 products, paid for perfect purchases alone: too large for exact values, so without an oracle.
 */
const FULL: Preset = {
  name: 'full',
  environment: 'webshop',
  options: {
    catalogue: { generated: { products: 1000, seed: 0 } },
    reward: 'verl-agent',
    history: 'none',
    searches: 4,
  },
  split: 'train',
  heldOutSplit: 'dev',
  methodNames: ['evidence-closure', 'crbc', 'hgpo-base', 'gigpo', 'rloo', 'grpo', 'random-reward', 'untrained'],
  rates: [0.01, 0.02, 0.04],
  trialSeeds: seedsFrom(101, 2),
  seeds: seedsFrom(1, 10),
  budget: 60_000,
  training: { tasks: 64, groups: 16, groupSize: 8, maxSteps: 15, evalTasks: 32 },
  warm: { options: { reward: 'webshop' }, success: 0.08, learningRate: 0.003, iterations: 60 },
}

export const PRESETS = { quick: QUICK, full: FULL } as const

/** Estimators under options that are not their defaults, by the name of the method. */
const VARIANTS: Readonly<Record<string, { readonly estimator: string; readonly options: JsonObject }>> = {
  'hgpo-base': { estimator: 'hgpo', options: { baseGroup: true } },
}

/**
 * Method of this name: a bound (`oracle`, `random-reward`, `untrained`), a variant (`hgpo-base`), or an estimator.
 * @throws GymError ESTIMATOR_UNKNOWN
 */
export async function methodNamed(name: string, catalogs?: CatalogSettings): Promise<Method> {
  const bound = boundNamed(name)
  if (bound) return bound
  const variant = Object.hasOwn(VARIANTS, name) ? VARIANTS[name] : undefined
  const estimator = await estimators(catalogs).load(variant?.estimator ?? name)
  // By what was asked for: the threads that train load it again, and a path is not the name of what it holds.
  return { ...estimatorMethod(estimator, variant?.options, name), estimator: variant?.estimator ?? name }
}
