import type { ExactModel } from './model.ts'

/**
 * Probability of being in each state with t steps taken, an array a t: forward from the start under a policy. What is
 * missing to 1 has ended before.
 */
export function visitsOf(model: ExactModel, table: Float64Array): readonly Float64Array[] {
  const first = new Float64Array(model.stateCount)
  first[0] = 1
  const visits: Float64Array[] = [first]
  for (let step = 1; step < model.maxSteps; step++) visits.push(forward(model, table, visits[step - 1] ?? first))
  return visits
}

function forward(model: ExactModel, table: Float64Array, from: Float64Array): Float64Array {
  const { choiceStarts, outcomeStarts, outcomeState, outcomeProbability } = model
  const next = new Float64Array(model.stateCount)
  for (let state = 0; state < model.stateCount; state++) {
    const here = from[state] ?? 0
    if (here === 0) continue
    const lastChoice = choiceStarts[state + 1] ?? 0
    for (let choice = choiceStarts[state] ?? 0; choice < lastChoice; choice++) {
      const mass = here * (table[choice] ?? 0)
      const lastOutcome = outcomeStarts[choice + 1] ?? 0
      for (let at = outcomeStarts[choice] ?? 0; at < lastOutcome; at++) {
        const to = outcomeState[at] ?? 0
        next[to] = (next[to] ?? 0) + mass * (outcomeProbability[at] ?? 0)
      }
    }
  }
  return next
}
