import { parseJson } from '../../core/data/json.ts'
import type { Rng } from '../../core/data/rng.ts'
import type { Json } from '../../core/data/types.ts'
import type { Grades, Transition } from '../../core/episode/environment.ts'
import type { ProcedureSettings } from './options.ts'
import type { ProcedureProblem } from './problems.ts'
import { isSameState, type ProcedureState, procedureScores } from './states.ts'

export interface FollowedState {
  /** Number of the task. */
  readonly problem: number
  /** States as the agent said them. */
  readonly stated: readonly Json[]
  /** Why the last action could not be read. */
  readonly said: string | null
}

export const startState = (problem: number): FollowedState => ({ problem, stated: [], said: null })

/** A state is said as text, a list as JSON. */
function statedIn(text: string): Json {
  const said = text.trim()
  if (!said.startsWith('[')) return said
  try {
    return parseJson(said)
  } catch {
    return said
  }
}

/** One state is said, right or wrong; the last ends the episode. */
export function follow(
  { problem, stated }: FollowedState,
  text: string,
  { states }: ProcedureProblem,
  settings: ProcedureSettings,
  rng: Rng,
): Transition<FollowedState> {
  const next = { problem, stated: [...stated, statedIn(text)], said: null }
  const at = stated.length
  const isRight = isSameState(states[at], next.stated[at])
  const isLast = at + 1 >= states.length
  const worth = settings.reward === 'steps' ? 1 / states.length : Number(isLast)
  return { state: next, reward: worth * controlled(Number(isRight), settings, rng), terminated: isLast }
}

/** The share that a step earns, after what a control does to it. */
function controlled(share: number, { control }: ProcedureSettings, rng: Rng): number {
  if (control === 'random') return Number(rng.chance(0.5))
  return control === 'inverted' ? 1 - share : share
}

/** A state as an agent says it. */
export const stateText = (state: Json | ProcedureState): string =>
  typeof state === 'string' ? state : JSON.stringify(state)

/** The question, the states so far as they were said, and which comes next. */
export function observationOf({ stated, said }: FollowedState, { question, init, states }: ProcedureProblem): string {
  const lines = stated.map((state, at) => `${at + 1}. ${stateText(state)}`)
  const next =
    stated.length < states.length
      ? `State the result of step ${stated.length + 1} of ${states.length}, and nothing else. A list is JSON.`
      : 'All states are said.'
  return [question, '', `Start: ${stateText(init)}`, ...lines, '', ...(said === null ? [] : [said]), next].join('\n')
}

/** ProcBench's measures; the last two are null until a state was said. `progress` is the right share of all states. */
export function gradesOf({ stated }: FollowedState, { states }: ProcedureProblem): Grades {
  const scores = procedureScores(states, stated)
  const { isFinalRight } = scores
  return {
    progress: scores.matchRatio,
    prefix_accuracy: scores.prefixAccuracy,
    sequence: Number(scores.isSequenceRight),
    final: stated.length < states.length || isFinalRight === null ? null : Number(isFinalRight),
  }
}

/** The right state; with `noise`, at that share of steps, the one before with a change. */
export function expertAction({ stated }: FollowedState, problem: ProcedureProblem, rng: Rng, noise: number): string {
  const { init, states } = problem
  const right = states[stated.length] ?? init
  return rng.chance(noise) ? wrongText(right, states[stated.length - 1] ?? init) : stateText(right)
}

/** What results if the step is left out; where that is right too, it with one more character. */
const wrongText = (right: ProcedureState, before: ProcedureState): string =>
  isSameState(right, before) || stateText(before) === '' ? `${stateText(right)}x` : stateText(before)
