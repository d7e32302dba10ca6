import { fingerprintOf } from '../../../core/data/hash.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import { type Changes, NO_CHANGES } from '../engine/database.ts'
import type { BfclAction } from './action.ts'
import { checkTurn, digestOf, type ResultDigest } from './check.ts'
import { type BfclCall, executeAll } from './execute.ts'
import type { Documents } from './functions.ts'
import { functionsArriving, type OpenTask } from './task.ts'

/** One thing that the agent is shown. */
export interface Message {
  /** `user`, the name of a function, or `system`. */
  readonly from: string
  readonly text: string
}

/** An episode: what differs from the start of its task, and how far the talk has come. */
export interface BfclEpisode {
  /** Number of the task over all splits. */
  readonly task: number
  /** Turn of the user, from 0. */
  readonly turn: number
  /** Steps with calls in this turn. */
  readonly steps: number
  readonly changes: Changes
  /** Digests of all results, turn by turn in order. */
  readonly results: readonly ResultDigest[]
  /** Position in `results` at which this turn begins. */
  readonly turnStart: number
  /** Of ended turns: 1 right, 0 wrong, null where there was nothing to do. */
  readonly verdicts: readonly (0 | 1 | null)[]
  /** Whether the last step ended a turn. */
  readonly hasEndedTurn: boolean
  readonly shown: readonly Message[]
  readonly isOver: boolean
}

export const startEpisode = (number: number, open: OpenTask, documents: Documents): BfclEpisode => ({
  task: number,
  turn: 0,
  steps: 0,
  changes: NO_CHANGES,
  results: [],
  turnStart: 0,
  verdicts: [],
  hasEndedTurn: false,
  shown: messagesOf(open, 0, documents),
  isOver: false,
})

/** What the user says in a turn, and the functions that arrive with it. */
function messagesOf({ task }: OpenTask, turn: number, documents: Documents): readonly Message[] {
  const functions = functionsArriving(task, turn, documents)
  const said = { from: 'user', text: task.turns[turn]?.says ?? '' }
  if (functions.length === 0) return [said]
  return [{ from: 'system', text: `New functions:\n${functions.map((each) => JSON.stringify(each)).join('\n')}` }, said]
}

export interface BfclStep {
  readonly state: BfclEpisode
  /** Whether the limit of steps within a turn was exceeded. */
  readonly isForced: boolean
  /** False where every call failed. */
  readonly isActionValid: boolean
  readonly info: JsonObject
}

export interface StepContext {
  readonly open: OpenTask
  readonly documents: Documents
  /** Steps with calls that a turn may have; one more ends the episode. */
  readonly stepsPerTurn: number
}

/** The state after an action. */
export const take = (state: BfclEpisode, action: BfclAction, context: StepContext): BfclStep =>
  action.kind === 'end' ? endTurn(state, context) : call(state, action.calls, context)

function call(before: BfclEpisode, calls: readonly BfclCall[], { open, stepsPerTurn }: StepContext): BfclStep {
  const { results, changes } = executeAll(open.world, before.changes, calls)
  const isForced = before.steps >= stepsPerTurn
  const state: BfclEpisode = {
    ...before,
    steps: before.steps + 1,
    changes,
    results: [...before.results, ...results.map(({ text }) => digestOf(text))],
    hasEndedTurn: isForced,
    verdicts: isForced ? [...before.verdicts, 0] : before.verdicts,
    shown: results.map(({ text }, at) => ({ from: calls[at]?.name ?? '', text })),
    isOver: isForced,
  }
  const failed = results.filter(({ isOk }) => !isOk).length
  return { state, isForced, isActionValid: failed < calls.length, info: { calls: calls.length, failed } }
}

function endTurn(before: BfclEpisode, { open, documents }: StepContext): BfclStep {
  const turn = before.turn + 1
  const isOver = turn >= open.task.turns.length
  const state: BfclEpisode = {
    ...before,
    turn,
    steps: 0,
    turnStart: before.results.length,
    verdicts: [...before.verdicts, verdictOf(before, open)],
    hasEndedTurn: true,
    shown: isOver ? [] : messagesOf(open, turn, documents),
    isOver,
  }
  return { state, isForced: false, isActionValid: true, info: {} }
}

/** Null for a turn without gold calls: BFCL judges nothing of it. */
function verdictOf({ turn, steps, results, changes }: BfclEpisode, { world, gold }: OpenTask): 0 | 1 | null {
  const wanted = gold[turn]
  if (!wanted || wanted.calls.length === 0) return null
  const { problem } = checkTurn(world, wanted, { hasCalled: steps > 0, digests: results, changes })
  return problem === null ? 1 : 0
}

/** 1 where no turn was wrong and none is missing, as BFCL's all-or-nothing verdict. */
export const rewardOf = ({ isOver, verdicts }: BfclEpisode, { task }: OpenTask): number =>
  isOver && verdicts.length === task.turns.length && !verdicts.includes(0) ? 1 : 0

/** Observation: each message under the name of its source. */
export const textOf = ({ shown }: BfclEpisode): string => shown.map(({ from, text }) => `[${from}]\n${text}`).join('\n')

/** Anchor of what the task is about: the turn, the difference of the state, and what was found out in this turn. */
export function progressOf({ turn, changes, results, turnStart }: BfclEpisode): string {
  const state = Object.keys(changes).length === 0 ? '-' : fingerprintOf(changes)
  return JSON.stringify([turn, state, [...new Set(results.slice(turnStart))].toSorted()])
}

/** Measures for hooks: `turn`, the verdict on the turn that the last step ended; `progress`, the share of right turns. */
export function gradesOf({ verdicts, hasEndedTurn }: BfclEpisode, { gold }: OpenTask) {
  const judged = gold.filter(({ calls }) => calls.length > 0).length
  const right = verdicts.filter((verdict) => verdict === 1).length
  return { turn: hasEndedTurn ? (verdicts.at(-1) ?? null) : null, progress: judged === 0 ? null : right / judged }
}
