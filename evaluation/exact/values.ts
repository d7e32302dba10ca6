import { choiceCountOf, type ExactModel } from './model.ts'

/** Exact values of a policy. An array a number of steps taken, from 0; within it one value a state, or a choice. */
export interface ExactValues {
  /** V_t(s): expected return from state s with t steps taken. */
  readonly states: readonly Float64Array[]
  /** Q_t(s, a), along the model's choices. */
  readonly choices: readonly Float64Array[]
}

/** Options of exact values. */
export interface ValueOptions {
  /** Discount a step, from 0 to 1. @default 1 */
  readonly gamma?: number
}

/**
 * Backward induction over (steps taken, state): Q_t(s, a) = sum p (r + gamma V_(t+1)(s')), V_t(s) = sum pi Q_t(s, a),
 * V = 0 where the episode has ended or `maxSteps` are taken (Puterman, "Markov Decision Processes", 1994, 4.5).
 * @param table One probability a choice, see `tableOf`.
 */
export const valuesOf = (model: ExactModel, table: Float64Array, options: ValueOptions = {}): ExactValues =>
  induce(model, options, (start, end, q) => {
    let value = 0
    for (let choice = start; choice < end; choice++) value += (table[choice] ?? 0) * (q[choice] ?? 0)
    return value
  })

/** Values of the best policy: V_t(s) = max Q_t(s, a). It sees states, not observations. */
export const optimalValues = (model: ExactModel, options: ValueOptions = {}): ExactValues =>
  induce(model, options, (start, end, q) => {
    let best = Number.NEGATIVE_INFINITY
    for (let choice = start; choice < end; choice++) best = Math.max(best, q[choice] ?? 0)
    return best
  })

/** A_t(s, a) = Q_t(s, a) - V_t(s), along the model's choices. */
export function advantagesOf(model: ExactModel, { states, choices }: ExactValues): readonly Float64Array[] {
  return choices.map((q, step) => {
    const advantages = q.slice()
    for (let state = 0; state < model.stateCount; state++) {
      const value = states[step]?.[state] ?? 0
      const end = model.choiceStarts[state + 1] ?? 0
      for (let choice = model.choiceStarts[state] ?? 0; choice < end; choice++)
        advantages[choice] = (advantages[choice] ?? 0) - value
    }
    return advantages
  })
}

type Backup = (start: number, end: number, q: Float64Array) => number

function induce(model: ExactModel, { gamma = 1 }: ValueOptions, backup: Backup): ExactValues {
  const { maxSteps, stateCount, choiceStarts } = model
  const states = Array.from({ length: maxSteps + 1 }, () => new Float64Array(stateCount))
  const choices = Array.from({ length: maxSteps }, () => new Float64Array(choiceCountOf(model)))
  for (let step = maxSteps - 1; step >= 0; step--) {
    const [q, v] = [choices[step] ?? new Float64Array(), states[step] ?? new Float64Array()]
    backUp(model, states[step + 1] ?? v, gamma, q)
    for (let state = 0; state < stateCount; state++) {
      const [start, end] = [choiceStarts[state] ?? 0, choiceStarts[state + 1] ?? 0]
      if (end > start) v[state] = backup(start, end, q)
    }
  }
  return { states, choices }
}

/** Expected reward and discounted value of what follows, a choice each. */
function backUp(model: ExactModel, next: Float64Array, gamma: number, q: Float64Array): void {
  const { outcomeStarts, outcomeState, outcomeProbability, outcomeReward } = model
  for (let choice = 0; choice < q.length; choice++) {
    const end = outcomeStarts[choice + 1] ?? 0
    let value = 0
    for (let at = outcomeStarts[choice] ?? 0; at < end; at++)
      value += (outcomeProbability[at] ?? 0) * ((outcomeReward[at] ?? 0) + gamma * (next[outcomeState[at] ?? 0] ?? 0))
    q[choice] = value
  }
}
