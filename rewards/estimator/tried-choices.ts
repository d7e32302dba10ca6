import type { StepBatch } from '../../core/batch/index.ts'
import type { Grouping } from '../grouping/grouping.ts'
import { readersOf } from './blended-returns.ts'
import { END, type GroupSteps } from './group-steps.ts'

/** What a group tried at each anchor, with the probabilities that the policy gave it. */
export interface Tried {
  readonly steps: GroupSteps
  /** Probability of each choice, from 0 to 1; those of an anchor sum to at most 1. */
  readonly probabilities: Float64Array
  /** Probability that the policy does something that was tried, for each state, from 0 to 1. */
  readonly mass: Float64Array
  /** State of each choice. */
  readonly stateOf: Int32Array
  /** Steps of each choice, and of each state. */
  readonly visits: { readonly choices: Float64Array; readonly states: Float64Array }
}

/**
 * What untried actions are worth, as a share of what the tried ones of their anchor are worth: `few` where nearly
 * nothing of the policy was tried there, `most` where nearly everything was, and in proportion between them.
 */
export interface UntriedWorth {
  readonly few: number
  readonly most: number
}

/** What is known at one horizon: worth of choices, of states, and mean worth of the steps of each state. */
interface Worth {
  readonly choices: Float64Array
  readonly states: Float64Array
  readonly means: Float64Array
}

/**
 * Probabilities of the rows' actions under the policy that acted: those of their tokens, multiplied. Null where a usable
 * row has none.
 */
export function actionProbabilities(batch: StepBatch, usable: Uint8Array): Float64Array | null {
  const { tokens, rowCount } = batch
  if (!tokens?.logProbs) return null
  const { starts, known, logProbs, mask } = tokens
  const probabilities = new Float64Array(rowCount)
  for (let row = 0; row < rowCount; row++) {
    const isKnown = known[row] === 1 && logProbs.known[row] === 1 && (starts[row + 1] ?? 0) > (starts[row] ?? 0)
    if (!isKnown && usable[row]) return null
    let sum = 0
    for (let at = starts[row] ?? 0; at < (starts[row + 1] ?? 0); at++)
      if (!mask || mask[at]) sum += logProbs.values[at] ?? 0
    probabilities[row] = Math.min(1, Math.exp(sum))
  }
  return probabilities
}

/** @param rowProbabilities of the rows of the batch, from 0 to 1 */
export function triedChoices(steps: GroupSteps, rowProbabilities: Float64Array): Tried {
  const { choices, states, rows } = steps
  const visits = { choices: new Float64Array(choices.count), states: new Float64Array(states.count) }
  const [sums, stateOf] = [new Float64Array(choices.count), new Int32Array(choices.count)]
  rows.forEach((row, at) => {
    const [choice, state] = [choices.ids[at] ?? 0, states.ids[at] ?? 0]
    stateOf[choice] = state
    add(visits.choices, choice, 1)
    add(visits.states, state, 1)
    add(sums, choice, rowProbabilities[row] ?? 0)
  })
  const own = sums.map((sum, choice) => sum / (visits.choices[choice] ?? 1))
  const total = new Float64Array(states.count)
  own.forEach((probability, choice) => {
    add(total, stateOf[choice] ?? 0, probability)
  })
  const probabilities = own.map((probability, choice) => probability / Math.max(1, total[stateOf[choice] ?? 0] ?? 1))
  return { steps, probabilities, mass: total.map((sum) => Math.min(1, sum)), stateOf, visits }
}

/**
 * What each choice leads its state by, a step each, over a horizon of k steps:
 *
 *   Q_k(c) = mean of r + V_(k-1)(state led to) over the steps of c
 *   V_k(s) = sum over tried c of pi(c) Q_k(c) + (1 - m) (few (1 - m) + most m) X_k(s),   m = sum of pi(c),
 *
 * with X_k(s) the mean of Q_k over the steps of s. An action counts as often as the policy takes it, and not as often as it
 * happened to be taken; what was not tried has a worth of its own. Horizons are those of `blendReturns`.
 * @returns `leads`, and the `largest` absolute worth of a choice, which rounding is in proportion to
 */
export function choiceLeads(tried: Tried, untried: UntriedWorth) {
  const { choices, states, rows } = tried.steps
  const leads = new Float64Array(rows.length)
  let largest = 0
  eachStep(tried, untried, (step, worth) => {
    const own = worth.choices[choices.ids[step] ?? 0] ?? 0
    leads[step] = own - (worth.states[states.ids[step] ?? 0] ?? 0)
    largest = Math.max(largest, Math.abs(own))
  })
  return { leads, largest }
}

/**
 * Mean over the steps of the probability that the policy does what other trajectories of the group tried at the anchor:
 * near 1 where all of them pass the same anchors, 0 where no anchor repeats.
 */
export function sharedMass(groups: readonly Tried[]): number {
  let [sum, count] = [0, 0]
  for (const { steps, mass, probabilities } of groups) {
    const alone = new Float64Array(steps.visits.count)
    for (const at of triedOnce(steps))
      add(alone, steps.visits.ids[at] ?? 0, probabilities[steps.choices.ids[at] ?? 0] ?? 0)
    steps.states.ids.forEach((state, at) => {
      sum += Math.max(0, (mass[state] ?? 0) - (alone[steps.visits.ids[at] ?? 0] ?? 0))
    })
    count += steps.rows.length
  }
  return count > 0 ? sum / count : 0
}

const PASSES = 3
/** Share of the squares by which the fit is held at 1: an untried action is worth what the tried ones are. */
const HELD = 0.01

/**
 * Fits what untried actions are worth to those that one trajectory alone tried, as Good and Turing estimate what was never
 * seen from what was seen once: least squares of Q(c) on few (1 - m) X + most m X, X the mean worth of the steps of its
 * state that did something else, m their probability. Both are from 0 to 1; 1 where nothing was tried once.
 */
export function fitUntried(groups: readonly Tried[]): UntriedWorth {
  let untried: UntriedWorth = { few: 1, most: 1 }
  const once = groups.map((tried) => ({ tried, choices: triedOnce(tried.steps) }))
  for (let pass = 0; pass < PASSES; pass++) {
    const fit = new Fit()
    for (const { tried, choices } of once) addOnce(tried, choices, untried, fit)
    untried = fit.solution()
  }
  return untried
}

/** First step of each choice that one trajectory alone made. */
function triedOnce({ choices, trajectories }: GroupSteps): ReadonlySet<number> {
  const firsts = new Map<number, number>()
  const shared = new Set<number>()
  choices.ids.forEach((choice, at) => {
    const first = firsts.get(choice)
    if (first === undefined) firsts.set(choice, at)
    else if (trajectories[first] !== trajectories[at]) shared.add(choice)
  })
  return new Set([...firsts].filter(([choice]) => !shared.has(choice)).map(([, at]) => at))
}

function addOnce(tried: Tried, once: ReadonlySet<number>, untried: UntriedWorth, fit: Fit): void {
  const { steps, probabilities, mass, visits } = tried
  eachStep(tried, untried, (step, { choices, means }) => {
    if (!once.has(step)) return
    const [choice, state] = [steps.choices.ids[step] ?? 0, steps.states.ids[step] ?? 0]
    const [own, all] = [visits.choices[choice] ?? 0, visits.states[state] ?? 0]
    if (own === all) return
    const worth = choices[choice] ?? 0
    const others = ((means[state] ?? 0) * all - worth * own) / (all - own)
    const share = Math.max(0, (mass[state] ?? 0) - (probabilities[choice] ?? 0))
    fit.add((1 - share) * others, share * others, worth)
  })
}

/** Least squares of y on two columns, each weight from 0 to 1, held at 1. */
class Fit {
  #aa = 0
  #ab = 0
  #bb = 0
  #ay = 0
  #by = 0

  add(a: number, b: number, y: number): void {
    this.#aa += a * a
    this.#ab += a * b
    this.#bb += b * b
    this.#ay += a * y
    this.#by += b * y
  }

  solution(): UntriedWorth {
    const held = HELD * (this.#aa + this.#bb)
    const [aa, bb, ay, by] = [this.#aa + held, this.#bb + held, this.#ay + held, this.#by + held]
    const determinant = aa * bb - this.#ab * this.#ab
    if (!(determinant > 0)) return { few: 1, most: 1 }
    const share = (value: number): number => Math.min(1, Math.max(0, value / determinant))
    return { few: share(ay * bb - by * this.#ab), most: share(by * aa - ay * this.#ab) }
  }
}

/** Calls `read` for each step of the group, at its own horizon. */
function eachStep(tried: Tried, untried: UntriedWorth, read: (step: number, worth: Worth) => void): void {
  const { steps } = tried
  const readers = readersOf(steps)
  const [plain, worth] = [new Float64Array(steps.rows.length), worthOf(steps)]
  if (!steps.isLimited) meansOf(steps.states, steps.returns, tried.visits.states, worth.states)
  for (let horizon = 1; horizon <= steps.horizon; horizon++) {
    steps.rewards.forEach((reward, at) => {
      const target = steps.next[at] ?? END
      plain[at] = reward + (target === END ? 0 : (worth.states[target] ?? 0))
    })
    meansOf(steps.choices, plain, tried.visits.choices, worth.choices)
    meansOf(steps.states, plain, tried.visits.states, worth.means)
    addStates(tried, untried, worth)
    for (const step of readers[horizon] ?? []) read(step, worth)
  }
}

const worthOf = ({ choices, states }: GroupSteps): Worth => ({
  choices: new Float64Array(choices.count),
  states: new Float64Array(states.count),
  means: new Float64Array(states.count),
})

function meansOf({ ids }: Grouping, values: Float64Array, counts: Float64Array, into: Float64Array): void {
  into.fill(0)
  values.forEach((value, at) => {
    add(into, ids[at] ?? 0, value)
  })
  for (let at = 0; at < into.length; at++) into[at] = (into[at] ?? 0) / (counts[at] ?? 1)
}

function addStates({ probabilities, mass, stateOf }: Tried, { few, most }: UntriedWorth, worth: Worth): void {
  for (let state = 0; state < mass.length; state++) {
    const known = mass[state] ?? 0
    worth.states[state] = (1 - known) * (few * (1 - known) + most * known) * (worth.means[state] ?? 0)
  }
  probabilities.forEach((probability, choice) => {
    add(worth.states, stateOf[choice] ?? 0, probability * (worth.choices[choice] ?? 0))
  })
}

function add(into: Float64Array, at: number, value: number): void {
  into[at] = (into[at] ?? 0) + value
}
