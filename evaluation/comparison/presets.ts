import { GymError } from '../../core/data/errors.ts'
import type { CatalogSettings } from '../../registry/catalog.ts'
import { estimators } from '../../registry/index.ts'
import type { Estimator } from '../../rewards/estimator/estimator.ts'
import { BOUND_NAMES, boundNamed, estimatorMethod, type Method, type MethodParts, type Pretraining } from './method.ts'
import type { ComparisonPlan } from './plan.ts'

type Preset = Omit<ComparisonPlan, 'methods'> & { readonly methodNames: readonly string[] }

const seedsFrom = (first: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, at) => first + at)

/**
 * The miniature shop over a long horizon, where exact values are an upper bound. What should be true of it is in
 * `expectationsOf`.
 */
const QUICK: Preset = {
  name: 'quick',
  environment: 'shop-miniature',
  options: { length: 'long', reward: 'success' },
  split: 'train',
  heldOutSplit: 'validation',
  methodNames: ['oracle', 'evidence-closure-3', 'crbc', 'evidence-closure-2', 'rloo', 'random-reward', 'untrained'],
  rates: [0.005, 0.01, 0.02, 0.04],
  trialSeeds: seedsFrom(101, 4),
  seeds: seedsFrom(1, 8),
  budget: 15_000,
  exactEvery: 8,
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
  methodNames: [
    ...['evidence-closure-2', 'evidence-closure-rms', 'evidence-closure', 'crbc', 'hgpo-base', 'gigpo', 'rloo', 'grpo'],
    ...['oprl-repaired', 'oprl-reference', 'prime-filtered', 'random-reward', 'untrained'],
  ],
  rates: [0.01, 0.02, 0.04],
  trialSeeds: seedsFrom(101, 2),
  seeds: seedsFrom(1, 10),
  budget: 30_000,
  exactEvery: 0,
  training: { tasks: 64, groups: 16, groupSize: 8, maxSteps: 15, evalTasks: 32 },
  warm: { options: { reward: 'webshop' }, success: 0.08, learningRate: 0.003, iterations: 60 },
}

export const PRESETS = { quick: QUICK, full: FULL } as const

/** An estimator with what is not its default. */
interface Variant extends MethodParts {
  readonly estimator: string
}

const OTHER_TASKS: Pretraining = { split: 'test', iterations: 60, learningRate: 0.01 }

/** Variants of estimators by the name of the method. */
const VARIANTS: Readonly<Record<string, Variant>> = {
  'hgpo-base': { estimator: 'hgpo', options: { baseGroup: true } },
  'evidence-closure-rms': { estimator: 'evidence-closure', options: { scale: 'rms' } },
  // As released: one step of the model at twice the policy's rate, baselines of first rows.
  'oprl-reference': {
    ...{ estimator: 'oprl', options: { mode: 'reference' } },
    rewardModel: { method: 'oprl', minibatches: 1, relativeRate: 2 },
  },
  // Enough steps that the model does not lag behind the policy, baselines of all steps, a smaller weight.
  'oprl-repaired': {
    ...{ estimator: 'oprl', options: { mode: 'paper', stepAdvantageW: 0.25 } },
    rewardModel: { method: 'oprl', minibatches: 4, relativeRate: 1 },
  },
  // A model that knows more than the policy: four times as wide; or what the outcomes of 32 other tasks taught it.
  'oprl-wide': {
    ...{ estimator: 'oprl', options: { mode: 'paper', stepAdvantageW: 0.25 } },
    rewardModel: { method: 'oprl', minibatches: 4, relativeRate: 1, hidden: 128 },
  },
  'oprl-pretrained': {
    ...{ estimator: 'oprl', options: { mode: 'paper', stepAdvantageW: 0.25 } },
    rewardModel: { method: 'oprl', minibatches: 4, relativeRate: 1, pretraining: OTHER_TASKS },
  },
  // With its filter of groups by their share of successes (section 4.2 of the paper).
  'prime-filtered': {
    estimator: 'prime',
    rewardModel: { method: 'prime', minibatches: 4, relativeRate: 2 },
    successShare: [0.2, 0.8],
  },
}

/**
 * Method of this name: a bound (`oracle`, `random-reward`, `untrained`), a variant (`hgpo-base`, `oprl-reference`,
 * `oprl-repaired`, `oprl-wide`, `oprl-pretrained`, `prime-filtered`, `evidence-closure-rms`), or an estimator.
 * @throws GymError ESTIMATOR_UNKNOWN
 */
export async function methodNamed(name: string, catalogs?: CatalogSettings): Promise<Method> {
  const bound = boundNamed(name)
  if (bound) return bound
  const { estimator: reference, ...parts }: Variant = (Object.hasOwn(VARIANTS, name) ? VARIANTS[name] : null) ?? {
    estimator: name,
  }
  const estimator = await loaded(reference, catalogs)
  // By what was asked for: the threads that train load it again, and a path is not the name of what it holds.
  return { ...estimatorMethod(estimator, parts, name), estimator: reference }
}

async function loaded(reference: string, catalogs: CatalogSettings | undefined): Promise<Estimator> {
  try {
    return await estimators(catalogs).load(reference)
  } catch (thrown) {
    if (!(thrown instanceof GymError && thrown.code === 'ESTIMATOR_UNKNOWN')) throw thrown
    const others = [...BOUND_NAMES, ...Object.keys(VARIANTS)].join(', ')
    throw new GymError(thrown.code, `${thrown.message} (methods beside estimators: ${others})`)
  }
}
