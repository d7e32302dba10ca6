import { GymError } from '../core/data/errors.ts'
import type { Json, JsonObject, Reward, Step, Trajectory } from '../core/data/types.ts'
import { signalValue } from './signals.ts'

/** Tokens that a trajectory's actions took; null where a step has no token evidence, or there is no step. */
export function responseTokens({ steps }: Trajectory): number | null {
  const counts = steps.map(({ evidence }) => (evidence?.kind === 'token' ? evidence.actionTokenIds.length : null))
  const known = counts.filter((count) => count !== null)
  return known.length === 0 || known.length < counts.length ? null : known.reduce((sum, count) => sum + count, 0)
}

/** Whether the last action ended by itself and no limit ended the episode; null without token evidence. */
export function endedByItself({ steps, ending }: Trajectory): boolean | null {
  const evidence = steps.at(-1)?.evidence
  return evidence?.kind === 'token' ? evidence.finishReason === 'stop' && ending === 'terminated' : null
}

/** Values of a signal of whole trajectories; null where one has none. */
export const outcomesOf = (trajectories: readonly Trajectory[], signal: string): readonly (number | null)[] =>
  trajectories.map(({ rewards }) => signalValue(rewards, signal))

/** Values of a signal of a trajectory's steps; null where a step has none. */
export const stepValues = ({ steps }: Trajectory, signal: string): readonly (number | null)[] =>
  steps.map(({ rewards }) => signalValue(rewards, signal))

/** The list without its gaps; null where it has one. */
export function allKnown<T>(values: readonly (T | null)[]): readonly T[] | null {
  const known = values.filter((value) => value !== null)
  return known.length === values.length ? known : null
}

/** Applies a function to the known values of a list alone, and leaves the gaps where they are. */
export function amongKnown<T, U>(
  values: readonly (T | null)[],
  apply: (known: readonly T[]) => readonly (U | null)[],
): readonly (U | null)[] {
  const known = values.filter((value) => value !== null)
  const results = apply(known)
  let next = 0
  return values.map((value) => (value === null ? null : (results[next++] ?? null)))
}

/** Whether a value is an object, and no list. */
export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a step recorded under a name: in the output of its last effect that has it, else in its info, else in a note. */
export function recordedIn({ effects, info, rewards }: Step, name: string): Json {
  for (const effect of effects.toReversed())
    if ('output' in effect && isObject(effect.output) && Object.hasOwn(effect.output, name))
      return effect.output[name] ?? null
  return Object.hasOwn(info, name) ? (info[name] ?? null) : notedIn(rewards, name)
}

/** What the last signal noted that has something under a name. */
function notedIn(rewards: readonly Reward[], name: string): Json {
  const noted = rewards.findLast(({ note }) => note !== undefined && Object.hasOwn(note, name))
  return noted?.note?.[name] ?? null
}

/** What a trajectory recorded under a name: its last step that has it, else a note of one of its own signals. */
export function lastRecorded({ steps, rewards }: Pick<Trajectory, 'steps' | 'rewards'>, name: string): Json {
  for (const step of steps.toReversed()) {
    const value = recordedIn(step, name)
    if (value !== null) return value
  }
  return notedIn(rewards, name)
}

/** Finite numbers, at least one; null for anything else. */
export const numbersIn = (value: Json): readonly number[] | null =>
  Array.isArray(value) && value.length > 0 && value.every(Number.isFinite) ? value.map(Number) : null

/** Log-probabilities, at least one, none above 0; null for anything else. */
export function logProbsIn(value: Json): readonly number[] | null {
  const numbers = numbersIn(value)
  return numbers?.every((each) => each <= 0) ? numbers : null
}

/** Lists of finite numbers, at least one; null for anything else. */
export function matrixIn(value: Json): readonly (readonly number[])[] | null {
  return Array.isArray(value) && value.length > 0 ? allKnown(value.map(numbersIn)) : null
}

/** Reads an option that is one of several words. @throws GymError CONFIG_INVALID */
export function choice<const Word extends string>(
  hook: string,
  option: string,
  value: string,
  words: readonly Word[],
): Word {
  const found = words.find((word) => word === value)
  if (found !== undefined) return found
  throw new GymError('CONFIG_INVALID', `reward hook ${hook}: ${option} is one of ${words.join(', ')}, not ${value}`)
}
