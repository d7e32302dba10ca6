import { NO_GROUP } from '../grouping/grouping.ts'
import { PairNumbers } from '../grouping/pairs.ts'
import { momentsOf } from './statistics.ts'
import { GOAL, type Transitions } from './transitions.ts'

/** Values of a batch's empirical decision processes, aligned with the rows. */
export interface Closure {
  /** Value of the state that each row was taken in. */
  readonly state: Float64Array
  /** Value of its state and action. */
  readonly action: Float64Array
  /** Root of the mean square of action values around their state's. */
  readonly spread: Float64Array
  /** 1 where two and more actions were seen in the state. */
  readonly isChoice: Uint8Array
}

/**
 * The Bellman equations of what was counted: Q(s, a) = beta * mean of V over what followed a in s, V(s) = mean of Q
 * over the visits of s; the goal is worth 1, any other end 0.
 * @param depth How often the equations are applied to the means of `worth`, or null for their fixed point.
 * @param worth Discounted outcome of each row, the start where `depth` is a number.
 */
export function bellmanClosure(
  transitions: Transitions,
  actions: Int32Array,
  worth: Float64Array,
  { beta, depth }: { readonly beta: number; readonly depth: number | null },
): Closure {
  const { from, stateCount } = transitions
  const pairs = new PairNumbers()
  const pairOf = from.map((state, row) => (state < 0 ? NO_GROUP : pairs.numberOf(state, actions[row] ?? 0)))
  const states = { ids: from, count: stateCount }
  const choices = { ids: pairOf, count: pairs.count }
  const values = depth === null ? fixedPoint(transitions, beta) : momentsOf(states, worth).means
  let q = depth === null ? values : momentsOf(choices, worth).means
  for (let pass = 0; pass < (depth ?? 1); pass++) {
    q = momentsOf(choices, backedUp(transitions, values, beta)).means
    if (depth !== null) values.set(momentsOf(states, spreadOver(pairOf, q)).means)
  }
  const action = spreadOver(pairOf, q)
  const state = spreadOver(from, values)
  const squares = action.map((value, row) => (value - (state[row] ?? 0)) ** 2)
  const spread = spreadOver(from, momentsOf(states, squares).means.map(Math.sqrt))
  return { state, action, spread, isChoice: choiceRows(from, pairOf, stateCount) }
}

const spreadOver = (ids: Int32Array, values: Float64Array): Float64Array =>
  Float64Array.from(ids, (id) => (id < 0 ? 0 : (values[id] ?? 0)))

/** beta * value of what each row led to. */
const backedUp = ({ to }: Transitions, values: Float64Array, beta: number): Float64Array =>
  Float64Array.from(to, (state) => beta * (state === GOAL ? 1 : state < 0 ? 0 : (values[state] ?? 0)))

/**
 * V = beta M V + beta P(goal), by sweeps over the states from the last seen to the first: episodes mostly run
 * forwards, so that few are needed. Stops within 1e-13 of the solution: a sweep shrinks the error at least by beta.
 */
function fixedPoint({ from, to, stateCount }: Transitions, beta: number): Float64Array {
  const values = new Float64Array(stateCount)
  const { starts, targets } = successors(from, to, stateCount)
  const enough = 1e-13 * (1 - beta)
  for (let change = Infinity; change > enough; ) {
    change = 0
    for (let state = stateCount - 1; state >= 0; state--) {
      const [start, end] = [starts[state] ?? 0, starts[state + 1] ?? 0]
      let sum = 0
      for (let at = start; at < end; at++) {
        const target = targets[at] ?? NO_GROUP
        sum += target === GOAL ? 1 : target < 0 ? 0 : (values[target] ?? 0)
      }
      const value = end > start ? (beta * sum) / (end - start) : 0
      change = Math.max(change, Math.abs(value - (values[state] ?? 0)))
      values[state] = value
    }
  }
  return values
}

/** Where the rows of each state led. */
function successors(
  from: Int32Array,
  to: Int32Array,
  stateCount: number,
): { readonly starts: Int32Array; readonly targets: Int32Array } {
  const starts = new Int32Array(stateCount + 1)
  for (const state of from) if (state >= 0) starts[state + 1] = (starts[state + 1] ?? 0) + 1
  for (let state = 0; state < stateCount; state++) starts[state + 1] = (starts[state + 1] ?? 0) + (starts[state] ?? 0)
  const next = starts.slice()
  const targets = new Int32Array(starts.at(-1) ?? 0)
  for (let row = 0; row < from.length; row++) {
    const state = from[row] ?? NO_GROUP
    if (state < 0) continue
    const place = next[state] ?? 0
    targets[place] = to[row] ?? NO_GROUP
    next[state] = place + 1
  }
  return { starts, targets }
}

function choiceRows(from: Int32Array, pairOf: Int32Array, stateCount: number): Uint8Array {
  const firstPair = new Int32Array(stateCount).fill(NO_GROUP)
  const isChoice = new Uint8Array(stateCount)
  for (let row = 0; row < from.length; row++) {
    const state = from[row] ?? NO_GROUP
    if (state < 0) continue
    if (firstPair[state] === NO_GROUP) firstPair[state] = pairOf[row] ?? NO_GROUP
    else if (firstPair[state] !== pairOf[row]) isChoice[state] = 1
  }
  return Uint8Array.from(from, (state) => (state < 0 ? 0 : (isChoice[state] ?? 0)))
}
