import type { JsonObject } from '../../core/data/types.ts'
import { type Edit, edited, missing, written } from '../../sandbox/episode/edits.ts'
import type { UsedUp } from '../../sandbox/episode/programs.ts'
import { blobAt, treeOf } from '../../sandbox/episode/workspace.ts'
import { isTestFile } from '../../sandbox/judge/test-files.ts'
import type { RepositoryAction, RepositoryCalls } from './action.ts'
import { finished } from './finish.ts'
import { judgeChange, runVisible, type StepContext } from './judge.ts'
import { patched } from './patch/apply.ts'
import { reportOf } from './report.ts'
import { noted, type RepositoryState } from './state.ts'
import type { RepositoryTask } from './task.ts'
import { type Lines, type Look, search, view } from './views.ts'

/** A step in progress: what its calls have led to. */
interface Progress {
  readonly state: RepositoryState
  readonly isActionValid: boolean
  readonly info: JsonObject
  readonly usedUp: UsedUp | null
}

/**
 * The state after the calls of a step, in their order, up to the one that submits or uses up the time of the episode. The
 * answers of several calls are each under the name of its tool.
 */
export async function take(before: RepositoryState, calls: RepositoryCalls, context: StepContext) {
  const answers: string[] = []
  let progress: Progress = { state: before, isActionValid: false, info: {}, usedUp: null }
  for (const { name, action } of calls) {
    const { isActionValid } = progress
    progress = await takeOne(progress, action, context)
    answers.push(calls.length === 1 ? progress.state.shown : `[${name}]\n${progress.state.shown}`)
    progress = { ...progress, isActionValid: isActionValid || progress.isActionValid }
    if (progress.state.isOver || progress.usedUp === 'episodeMs') break
  }
  return ended(before, { ...progress, state: { ...progress.state, shown: answers.join('\n') } }, context)
}

/** The end of a step: hidden tests run where they follow each change, and where the episode ends. */
async function ended(before: RepositoryState, progress: Progress, context: StepContext): Promise<Progress> {
  const { state, usedUp, info } = await judged(before, progress, context)
  const next = noted(state)
  const task = taskOf(next, context)
  if (next.isOver) return { ...progress, state: await finished(next, task, context) }
  if (usedUp !== 'episodeMs') return { ...progress, state: next }
  const { episodeMs } = context.resources.settings
  const shown = `${next.shown}\nThe episode has ended: its programs have used up the ${episodeMs} ms that they have together.`
  const limited: RepositoryState = { ...next, limit: usedUp, shown }
  return { ...progress, info: { ...info, limit: usedUp }, state: await finished(limited, task, context) }
}

const taskOf = ({ task }: RepositoryState, { resources }: StepContext): RepositoryTask => resources.taskAt(task)

/** With results of the hidden tests before the reply, where the option `judged` asks for them. */
async function judged(before: RepositoryState, progress: Progress, context: StepContext): Promise<Progress> {
  const { state, usedUp } = progress
  const isChanged = treeOf(state.workspace) !== treeOf(before.workspace)
  if (context.resources.settings.judged !== 'change' || !isChanged || state.isOver || usedUp !== null) return progress
  const found = await judgeChange(state.workspace, taskOf(state, context), context)
  return { ...progress, state: { ...state, judged: found.judged ?? state.judged }, usedUp: found.usedUp }
}

async function takeOne(before: Progress, action: RepositoryAction, context: StepContext): Promise<Progress> {
  const { state } = before
  switch (action.kind) {
    case 'submit':
      return { ...before, isActionValid: true, state: { ...state, isOver: true, shown: 'Submitted.' } }
    case 'test':
      return before.usedUp ? outOfStep(before, context) : tested(before, action.path, context)
    case 'view':
    case 'search':
      return seen(before, look(state, action, context), context)
    default:
      return { ...before, ...withEdit(state, changeOf(state, action, context), action) }
  }
}

function look(
  state: RepositoryState,
  action: RepositoryAction & { kind: 'view' | 'search' },
  context: StepContext,
): Look {
  const { shownCharacters } = context.resources.settings
  return action.kind === 'view'
    ? view(state.workspace, action, shownCharacters)
    : search(state.workspace, action, shownCharacters)
}

/** What the agent has seen: faults count as located while their file is as it was at the start. */
function seen(before: Progress, { shown, isDone, lines }: Look, context: StepContext): Progress {
  const { state } = before
  const { faults, files } = taskOf(state, context)
  const isShown = (path: string, line: number): boolean =>
    blobAt(state.workspace, path) === files[path] &&
    lines.some((each: Lines) => each.path === path && each.from <= line && line <= each.to)
  const located = faults.flatMap(({ path, line }, at) =>
    state.located.includes(at) || isShown(path, line) ? [at] : [],
  )
  return { ...before, isActionValid: isDone, state: { ...state, shown, located } }
}

type Change = RepositoryAction & { readonly kind: 'edit' | 'write' | 'patch' }

function changeOf({ workspace }: RepositoryState, action: Change, { resources: { settings } }: StepContext): Edit {
  switch (action.kind) {
    case 'edit':
      return edited(workspace, action, settings)
    case 'write':
      return written(workspace, [action], settings)
    case 'patch':
      return patched(workspace, action.patch, settings)
  }
}

function withEdit(state: RepositoryState, { workspace, shown, isDone }: Edit, action: Change) {
  const isTest = isDone && action.kind !== 'patch' && isTestFile(action.path)
  const note = isTest ? '\nHidden tests have files of their own: a change of a test file resolves nothing.' : ''
  const tested = workspace === state.workspace ? state.tested : null
  return { isActionValid: isDone, state: { ...state, workspace, tested, shown: `${shown}${note}` } }
}

function outOfStep(before: Progress, { resources: { settings } }: StepContext): Progress {
  const shown = `It did not run: the programs and tests of one step have ${settings.stepMs} ms together.`
  return { ...before, isActionValid: false, state: { ...before.state, shown } }
}

async function tested(before: Progress, path: string, context: StepContext): Promise<Progress> {
  const { state } = before
  const { workspace } = state
  if (path !== '' && blobAt(workspace, path) === undefined) {
    const { shown } = missing(workspace, path)
    return { ...before, isActionValid: false, state: { ...state, shown } }
  }
  const results = await runVisible(workspace, path, context)
  const failing = results.tests.filter(({ status }) => FAILING.includes(status)).map(({ id }) => id)
  const shown = reportOf(results, context.resources.settings.shownCharacters)
  const info = {
    ...before.info,
    passed: results.tests.length - failing.length,
    tests: results.tests.length,
  }
  const next = { ...state, shown, tested: { tree: treeOf(workspace), failing: [...failing, ...results.problems] } }
  return { isActionValid: true, info, state: next, usedUp: results.usedUp ?? before.usedUp }
}

const FAILING: readonly string[] = ['FAILED', 'ERROR']
