import { chain, type MaybePromise } from '../../../core/data/maybe-promise.ts'
import type { Rng } from '../../../core/data/rng.ts'
import type { CallEffect } from '../../../core/episode/effects.ts'
import type { ToolsAction } from './action.ts'
import { execute, type ToolCall, type ToolSet } from './execute.ts'
import type { ModelUser } from './model-user.ts'
import type { Message, ToolsState } from './state.ts'
import { type Persona, reply, type UserReply } from './user.ts'

/** What a step needs beside state and action. */
export interface StepContext {
  readonly set: ToolSet
  readonly persona: Persona
  /** Null for the scripted user. */
  readonly user: ModelUser | null
  readonly rng: Rng
  readonly effect: CallEffect
  readonly signal: AbortSignal
}

export interface ToolsStep {
  readonly state: ToolsState
  /** False where every call failed before it did anything. */
  readonly isActionValid: boolean
  /** Calls of the step that ran, those of them that failed, and those that changed the database. */
  readonly info: { readonly calls?: number; readonly failed?: number; readonly writes?: number }
}

const NO_INFO = Object.freeze({})

/** The state after an action. */
export const take = (state: ToolsState, action: ToolsAction, context: StepContext): MaybePromise<ToolsStep> =>
  action.kind === 'respond' ? respond(state, action.content, context) : call(state, action.calls, context)

function respond(state: ToolsState, content: string, context: StepContext): MaybePromise<ToolsStep> {
  const { persona, user, rng } = context
  const said = [...state.said, content]
  if (user === null) return answered({ ...state, said }, reply(persona, state.user, content, rng))
  return chain(user.reply(persona, state.user, said, context), (answer) => answered({ ...state, said }, answer))
}

const answered = (state: ToolsState, { text, state: user, isOver }: UserReply): ToolsStep => ({
  state: { ...state, user, shown: [{ from: 'user', text }], isOver },
  isActionValid: true,
  info: NO_INFO,
})

function call(state: ToolsState, calls: readonly ToolCall[], { set }: StepContext): ToolsStep {
  const shown: Message[] = []
  let [changes, sinceWrite, isOver, failed, writes] = [state.changes, new Set(state.sinceWrite), false, 0, 0]
  for (const each of calls) {
    if (isOver) break
    const result = execute(set, changes, each)
    const hasWritten = result.changes !== changes
    if (hasWritten) sinceWrite = new Set()
    else sinceWrite.add(each.name)
    changes = result.changes
    shown.push({ from: each.name, text: result.observation })
    isOver = result.isOk && set.tools.get(each.name)?.isFinal === true
    if (!result.isOk) failed++
    if (hasWritten) writes++
  }
  const next = { ...state, changes, shown, sinceWrite: [...sinceWrite].toSorted(), isOver }
  const info = { calls: shown.length, failed, writes }
  return { state: next, isActionValid: failed < shown.length, info }
}
