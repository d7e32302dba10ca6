import { canonicalJson, fingerprintOf } from '../../core/data/hash.ts'
import { Rng } from '../../core/data/rng.ts'
import type { Policy } from '../../core/rollout/policy.ts'
import { type ExactModel, observationsOf } from './model.ts'
import { tableOf } from './policy-table.ts'
import { optimalValues, valuesOf } from './values.ts'

/** Options of `advisedPolicy`. */
export interface AdviceOptions {
  /** Share of tasks that the policy should solve, or return that it should earn, on average. */
  readonly target: number
  /** Standard deviation of what is added to every preference: a fixed taste for actions, right or wrong. @default 0.5 */
  readonly taste?: number
  /** Names the taste. @default 0 */
  readonly seed?: number
}

/** An advised policy and its exact value. */
export interface Advised {
  readonly policy: Policy
  /** Mean over the models of the exact return from the start. */
  readonly value: number
}

/**
 * A policy of chosen competence, for worlds that have no trained one: a softmax over how much worse than the best
 * each action is, averaged over the states that look alike, so that the policy sees no more than its observation. Its
 * temperature is found by bisection on the exact value, which falls as the temperature rises.
 * @param models At least one. Where even the coldest or the hottest policy misses the target, it is what comes back.
 */
export function advisedPolicy(
  models: readonly ExactModel[],
  { target, taste = 0.5, seed = 0 }: AdviceOptions,
): Advised {
  const advice = adviceOf(models, seed)
  let [cold, hot] = [-9, 9]
  let found = advisedAt(models, advice, 0, taste)
  for (let round = 0; round < MOST_ROUNDS && Math.abs(found.value - target) > TOLERANCE; round++) {
    const middle = (cold + hot) / 2
    found = advisedAt(models, advice, middle, taste)
    if (found.value > target) cold = middle
    else hot = middle
  }
  return found
}

const MOST_ROUNDS = 40
const TOLERANCE = 1e-6

function advisedAt(models: readonly ExactModel[], advice: Advice, logTemperature: number, taste: number): Advised {
  const policy = softmaxPolicy(advice, logTemperature, taste)
  return { policy, value: meanValueOf(models, policy) }
}

const meanValueOf = (models: readonly ExactModel[], policy: Policy): number =>
  models.reduce((sum, model) => sum + (valuesOf(model, tableOf(model, policy)).states[0]?.[0] ?? 0), 0) / models.length

/** Advice for one action at one observation. */
interface Opinion {
  /** How much worse than the best it is, at most 0. */
  readonly regret: number
  /** What speaks for it beside, right or wrong. */
  readonly taste: number
}

/** By observation, then by action. */
type Advice = ReadonlyMap<string, ReadonlyMap<string, Opinion>>

/** Below 1, so that of two ways to the goal the shorter is better. */
const DISCOUNT = 0.95

function adviceOf(models: readonly ExactModel[], seed: number): Advice {
  const means = new Map<string, Map<string, Mean>>()
  for (const model of models) gather(model, means)
  const opinions = (shown: string, own: ReadonlyMap<string, Mean>): ReadonlyMap<string, Opinion> =>
    new Map([...own].map(([key, { value }]) => [key, { regret: value, taste: tasteFor(seed, shown, key) }]))
  return new Map([...means].map(([shown, own]) => [shown, opinions(shown, own)]))
}

class Mean {
  #sum = 0
  #count = 0

  add(value: number): void {
    this.#sum += value
    this.#count++
  }
  get value(): number {
    return this.#sum / this.#count
  }
}

function gather(model: ExactModel, means: Map<string, Map<string, Mean>>): void {
  const { ids, texts } = observationsOf(model)
  const { states, choices } = optimalValues(model, { gamma: DISCOUNT })
  const keys = model.actions.map(canonicalJson)
  for (let state = 0; state < model.stateCount; state++) {
    const own = entryOf(means, texts[ids[state] ?? 0] ?? '', () => new Map<string, Mean>())
    for (let choice = model.choiceStarts[state] ?? 0; choice < (model.choiceStarts[state + 1] ?? 0); choice++) {
      const regret = (choices[0]?.[choice] ?? 0) - (states[0]?.[state] ?? 0)
      entryOf(own, keys[model.actionOf[choice] ?? 0] ?? '', () => new Mean()).add(regret)
    }
  }
}

function entryOf<T>(map: Map<string, T>, key: string, make: () => T): T {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}

/** What it never saw it has no opinion of: all actions are alike to it there. */
function softmaxPolicy(advice: Advice, logTemperature: number, taste: number): Policy {
  const temperature = Math.exp(logTemperature)
  const logitOf = (opinion: Opinion | undefined): number =>
    opinion === undefined ? 0 : opinion.regret / temperature + taste * opinion.taste
  return {
    name: 'advised',
    version: `${logTemperature}`,
    probabilities(observation, actions) {
      const own = advice.get(observation)
      return softmax(actions.map((action) => logitOf(own?.get(canonicalJson(action)))))
    },
  }
}

export function softmax(logits: readonly number[]): readonly number[] {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const weights = logits.map((logit) => Math.exp(logit - most))
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map((weight) => weight / sum)
}

/** About normal, mean 0 and deviation 1: a fixed function of the three. */
function tasteFor(seed: number, observation: string, action: string): number {
  const print = fingerprintOf({ observation, action })
  const rng = new Rng(
    { word0: Number.parseInt(print.slice(0, 8), 16), word1: Number.parseInt(print.slice(8), 16) },
    seed,
  )
  return Array.from({ length: 12 }, () => rng.float()).reduce((sum, each) => sum + each, -6)
}
