import type { ExactModel } from './model.ts'

/**
 * V_t(s) alone, as `valuesOf` has it undiscounted, without keeping Q: for a policy that changes with each iteration.
 * @param table One probability a choice, see `tableOf`.
 * @returns An array a number of steps taken, from 0 to `maxSteps`.
 */
export function stateValuesOf(model: ExactModel, table: Float64Array): readonly Float64Array[] {
  const { maxSteps, stateCount, choiceStarts } = model
  const values = Array.from({ length: maxSteps + 1 }, () => new Float64Array(stateCount))
  for (let step = maxSteps - 1; step >= 0; step--) {
    const [now, next] = [values[step] ?? new Float64Array(), values[step + 1]]
    for (let state = 0; state < stateCount; state++) {
      const end = choiceStarts[state + 1] ?? 0
      let value = 0
      for (let choice = choiceStarts[state] ?? 0; choice < end; choice++)
        value += (table[choice] ?? 0) * choiceValue(model, choice, next)
      now[state] = value
    }
  }
  return values
}

/** Q of one choice: its expected reward and the value of what follows. @param next V of the states after it */
export function choiceValue(model: ExactModel, choice: number, next: Float64Array | undefined): number {
  const { outcomeStarts, outcomeState, outcomeProbability, outcomeReward } = model
  const end = outcomeStarts[choice + 1] ?? 0
  let value = 0
  for (let at = outcomeStarts[choice] ?? 0; at < end; at++)
    value += (outcomeProbability[at] ?? 0) * ((outcomeReward[at] ?? 0) + (next?.[outcomeState[at] ?? 0] ?? 0))
  return value
}
