import type { Json, JsonObject } from '../../../core/data/types.ts'
import { cutText } from '../../../sandbox/episode/cut-text.ts'
import { deleted, type Edit, edited, missing, written } from '../../../sandbox/episode/edits.ts'
import type { UsedUp } from '../../../sandbox/episode/programs.ts'
import { blobAt, bytesOf, changed, problemOf, treeOf, type Workspace } from '../../../sandbox/episode/workspace.ts'
import type { CodeTask } from '../../../sandbox/tasks/task.ts'
import type { FileAction, PythonAction, PythonCalls } from './action.ts'
import { judgeEarly, type Run, runFile, type StepContext } from './execute.ts'
import { finished } from './finish.ts'
import { taskAt } from './resources.ts'
import { currentResults, type Judged, noted, type PythonState, scopeOf, withoutEntry } from './state.ts'

/** What an action did, before any test runs. */
interface Taken {
  readonly workspace: Workspace
  readonly shown: string
  /** False where the action could not be done. */
  readonly isDone: boolean
  /** Counts of a program that ran, for the hook `execution-success`. */
  readonly info: JsonObject
  /** The time that is used up with it. */
  readonly usedUp?: UsedUp
}

/** A step in progress: what its calls have led to. */
interface Progress {
  readonly state: PythonState
  readonly isActionValid: boolean
  readonly info: JsonObject
  readonly usedUp: UsedUp | null
}

const NO_INFO: JsonObject = Object.freeze({})

/**
 * The state after the calls of a step, in their order, up to the one that submits or uses up the time of the episode. The
 * answers of several calls are each under the name of its tool.
 */
export async function take(before: PythonState, calls: PythonCalls, context: StepContext) {
  const answers: string[] = []
  let progress: Progress = { state: before, isActionValid: false, info: NO_INFO, usedUp: null }
  for (const { name, action } of calls) {
    const isActionValid = progress.isActionValid
    progress = await takeOne(progress, action, context)
    answers.push(calls.length === 1 ? progress.state.shown : `[${name}]\n${progress.state.shown}`)
    progress = { ...progress, isActionValid: isActionValid || progress.isActionValid }
    if (progress.state.isOver || progress.usedUp === 'episodeMs') break
  }
  const { state, isActionValid, info } = await ended(before, progress, answers.join('\n'), context)
  return { state, isActionValid, info }
}

/** The end of a step: tests run where its files are new, and all of them where the episode ends. */
async function ended(before: PythonState, progress: Progress, shown: string, context: StepContext): Promise<Progress> {
  const { state, usedUp } = await tested(before, { ...progress, state: { ...progress.state, shown } }, context)
  const next = noted(state)
  if (next.isOver) return { ...progress, state: await finished(next, codeOf(next, context), context) }
  if (usedUp !== 'episodeMs') return { ...progress, state: next }
  const limited: PythonState = { ...next, limit: usedUp, shown: `${next.shown}\n${outOfTime(context)}` }
  const info = { ...progress.info, limit: usedUp }
  return { ...progress, info, state: await finished(limited, codeOf(next, context), context) }
}

const codeOf = ({ task }: PythonState, { resources }: StepContext): CodeTask => taskAt(resources, task)

const outOfTime = ({ resources: { options } }: StepContext): string =>
  `The episode has ended: its programs have used up the ${options.episodeMs} ms that they have together.`

/** The tests that may run before a reply, once for what the calls of a step have changed together. */
async function tested(before: PythonState, progress: Progress, context: StepContext): Promise<Progress> {
  const { options } = context.resources
  const isChanged = treeOf(progress.state.workspace) !== treeOf(before.workspace)
  if (!isChanged || options.judged === 'request' || progress.state.isOver || progress.usedUp !== null) return progress
  return withResults(progress, context)
}

/** With results of the present tree. Tests never run twice for one tree. */
async function withResults(progress: Progress, context: StepContext): Promise<Progress> {
  const { state } = progress
  const [code, scope] = [codeOf(state, context), scopeOf(context.resources.options.judged)]
  const known = currentResults(state) ?? withoutEntry(code, state.workspace, scope)
  if (known) return { ...progress, state: { ...state, judged: known } }
  const { judged, usedUp } = await judgeEarly(state.workspace, code, scope, context)
  return { ...progress, state: { ...state, judged: judged ?? state.judged }, usedUp }
}

async function takeOne(before: Progress, action: PythonAction, context: StepContext): Promise<Progress> {
  if (action.kind === 'submit') return { ...before, isActionValid: true, state: submitted(before.state) }
  if (action.kind === 'test') return before.usedUp ? outOfStep(before, context) : shownTests(before, context)
  if (action.kind === 'run' && before.usedUp) return outOfStep(before, context)
  return acted(before, action, context)
}

async function acted(before: Progress, action: FileAction, context: StepContext): Promise<Progress> {
  const { workspace, shown, isDone, info, usedUp = before.usedUp } = await act(before.state, action, context)
  return {
    state: { ...before.state, workspace, shown },
    isActionValid: isDone,
    info: merged(before.info, info),
    usedUp,
  }
}

const submitted = (state: PythonState): PythonState => ({ ...state, isOver: true, shown: 'Submitted.' })

function outOfStep(before: Progress, { resources: { options } }: StepContext): Progress {
  const shown = `It did not run: the programs and tests of one step have ${options.stepMs} ms together.`
  return { ...before, isActionValid: false, state: { ...before.state, shown } }
}

/** Results of the public tests, as far as they have run. */
async function shownTests(before: Progress, context: StepContext): Promise<Progress> {
  const progress = await withResults(before, context)
  const code = codeOf(progress.state, context)
  const judged = currentResults(progress.state)
  if (judged === null) return { ...outOfStep(progress, context), usedUp: progress.usedUp }
  const info = merged(before.info, counts(judged, code))
  return { ...progress, isActionValid: true, info, state: { ...progress.state, shown: report(judged, code) } }
}

/** Counts of runs add up; results of tests are the last. */
const merged = (before: JsonObject, after: JsonObject): JsonObject => ({
  ...before,
  ...after,
  ...('calls' in before &&
    'calls' in after && { calls: sum(before.calls, after.calls), failed: sum(before.failed, after.failed) }),
})

const sum = (one: Json | undefined, other: Json | undefined): number => Number(one) + Number(other)

async function act({ workspace }: PythonState, action: FileAction, context: StepContext): Promise<Taken> {
  const { options } = context.resources
  switch (action.kind) {
    case 'write':
      return taken(written(workspace, action.files, options))
    case 'edit':
      return taken(edited(workspace, action, options))
    case 'read':
      return read(workspace, action.path, options.shownCharacters)
    case 'delete':
      return taken(deleted(workspace, action.path))
    case 'run':
      return ran(workspace, action, context)
  }
}

const done = (workspace: Workspace, shown: string, info = NO_INFO): Taken => ({ workspace, shown, isDone: true, info })
const taken = (edit: Edit): Taken => ({ ...edit, info: NO_INFO })

function read(workspace: Workspace, path: string, shownCharacters: number): Taken {
  const blob = blobAt(workspace, path)
  if (blob === undefined) return taken(missing(workspace, path))
  const text = typeof blob === 'string' ? blob : `${bytesOf(blob).length} bytes that are not UTF-8`
  return done(workspace, cutText(text, shownCharacters))
}

async function ran(
  workspace: Workspace,
  action: PythonAction & { readonly kind: 'run' },
  context: StepContext,
): Promise<Taken> {
  if (blobAt(workspace, action.path) === undefined) return taken(missing(workspace, action.path))
  const { options } = context.resources
  const run = await runFile(workspace, action, context)
  const next = changed(workspace, run.changes)
  const wrong = problemOf(next, options)
  const output = outputOf(run, options.shownCharacters)
  const shown = wrong === null ? output : `${output}\nWhat it wrote was discarded: ${wrong}.`
  const counted = { calls: 1, failed: Number(run.status !== 'ok') }
  const result = done(wrong === null ? next : workspace, shown, counted)
  return run.usedUp === undefined ? result : { ...result, usedUp: run.usedUp }
}

const ENDS: Readonly<Record<string, string>> = {
  timeout: 'It ran out of time.',
  memory: 'It ran out of memory.',
  output: 'It printed too much.',
  killed: 'It was killed by a signal.',
  cancelled: 'It was cancelled.',
}

function outputOf({ status, exitCode, stdout, stderr }: Run, most: number): string {
  const parts = [
    ENDS[status] ?? `Exit code ${exitCode}.`,
    stdout === '' ? 'No output.' : `Output:\n${cutText(stdout, most)}`,
    ...(stderr === '' ? [] : [`Errors:\n${cutText(stderr, most)}`]),
  ]
  return parts.join('\n')
}

const counts = ({ passed }: Judged, { publicTests }: CodeTask): JsonObject => ({
  passed: passed.slice(0, publicTests).filter(Boolean).length,
  tests: publicTests,
})

/** Results of the public tests, with what is wrong. */
function report({ passed, notes }: Judged, { publicTests }: CodeTask): string {
  if (publicTests === 0) return 'There are no public tests.'
  const right = passed.slice(0, publicTests).filter(Boolean).length
  const wrong = notes.flatMap((note, at) => (passed[at] ? [] : [`Test ${at + 1}: ${cutText(note, 600)}`]))
  return [`${right} of ${publicTests} public tests pass.`, ...wrong].join('\n')
}
