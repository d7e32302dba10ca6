import { meanOf, sumOf } from '../numbers.ts'

/**
 * What is added to a step for acting on the world (SPA-RL): `amount`, unless the next observation says that nothing
 * happened; the last step always has it.
 * @param isNothing for each step, whether the observation after it says so
 */
export const groundingOf = (isNothing: readonly boolean[], amount: number): readonly number[] =>
  isNothing.map((nothing, at) => (nothing && at < isNothing.length - 1 ? 0 : amount))

/**
 * SPA-RL's released step reward before grounding (arXiv 2505.20732; SPA-RL-Agent `prm/rl_data_org.py`): the outcome less
 * the mean of the others of its task; the outcome itself where it is alone. It does not read the step values.
 */
export function leadOverOthers(outcomes: readonly number[]): readonly number[] {
  return outcomes.map((outcome, own) => {
    const others = outcomes.filter((_, at) => at !== own)
    return others.length === 0 ? outcome : outcome - meanOf(others)
  })
}

/** Contributions of the steps with what they lack of the outcome, in equal parts: they sum to it, up to rounding. */
export function withRemainder(values: readonly number[], outcome: number): readonly number[] {
  const part = -contributionError(values, outcome) / values.length
  return values.map((value) => value + part)
}

/** Sum of the contributions of the steps less the outcome that they should sum to. */
export const contributionError = (values: readonly number[], outcome: number): number => sumOf(values) - outcome
