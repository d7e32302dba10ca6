import type { Json, JsonObject, Step } from '../../core/data/types.ts'

/** Results of tests by position, as an environment records them in effects with a list `passed`. */
export type TestResults = readonly boolean[]

/** Results that a step recorded last; null where it ran no test. */
export const resultsOfStep = (step: Step): TestResults | null => lastListOf(step, 'passed')

/** Results that a trajectory recorded last; null where no step ran a test. */
export const lastResults = (steps: readonly Step[]): TestResults | null => lastOf(steps, resultsOfStep)

/** Results that a step recorded before its reply: of the tests that an agent may see, else of all; null without any. */
export const earlyResultsOfStep = (step: Step): TestResults | null =>
  lastListOf(step, 'public') ?? lastListOf(step, 'passed')

/** Results that steps recorded last before a reply; null where none ran a test. */
export const lastEarlyResults = (steps: readonly Step[]): TestResults | null => lastOf(steps, earlyResultsOfStep)

/**
 * Results by the number of steps taken before them, 0 for the start: those whose effect says after which steps it was so, in
 * a list `after` of its input.
 */
export function resultsByTime(steps: readonly Step[]): ReadonlyMap<number, TestResults> {
  const results = new Map<number, TestResults>()
  for (const effect of steps.flatMap(({ effects }) => effects)) {
    const passed = 'output' in effect ? listOf(effect.output, 'passed') : null
    if (passed !== null) for (const number of timesOf(effect.input)) results.set(number, passed)
  }
  return results
}

/** Share of the tests that pass. */
export const shareOf = (results: TestResults): number => results.filter(Boolean).length / results.length

function lastOf(steps: readonly Step[], read: (step: Step) => TestResults | null): TestResults | null {
  for (const step of steps.toReversed()) {
    const results = read(step)
    if (results !== null) return results
  }
  return null
}

function lastListOf({ effects }: Step, name: string): TestResults | null {
  for (const effect of effects.toReversed()) {
    const results = 'output' in effect ? listOf(effect.output, name) : null
    if (results !== null) return results
  }
  return null
}

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function listOf(output: Json, name: string): TestResults | null {
  const list = isObject(output) && Object.hasOwn(output, name) ? output[name] : null
  return Array.isArray(list) && list.length > 0 && list.every((each) => typeof each === 'boolean') ? list : null
}

function timesOf(input: Json): readonly number[] {
  const after = isObject(input) ? input.after : null
  return Array.isArray(after) ? after.filter((each): each is number => Number.isSafeInteger(each)) : []
}
