import { cutText } from '../../../sandbox/episode/cut-text.ts'
import { type History, NO_HISTORY, withTree } from '../../../sandbox/episode/history.ts'
import { treeOf, type Workspace, workspaceOf } from '../../../sandbox/episode/workspace.ts'
import type { Agreement, JudgeName } from '../../../sandbox/judge/index.ts'
import { type CodeTask, shownTests } from '../../../sandbox/tasks/task.ts'
import type { PythonOptions } from './options.ts'

/** Which tests run: those that the agent may see, or all. */
export type Scope = 'public' | 'all'

/** Results of tests for one tree. */
export interface Judged {
  readonly tree: string
  readonly scope: Scope
  readonly judge: JudgeName
  /** By test, public ones first. */
  readonly passed: readonly boolean[]
  /** What the agent may read of each public test; empty for one that passes. */
  readonly notes: readonly string[]
}

export interface PythonState {
  /** Number of the task over all splits. */
  readonly task: number
  readonly workspace: Workspace
  /** What the workspace was after each step, for tests that run at the end; empty where they do not. */
  readonly history: History
  /** Results of the last tree whose tests ran before a reply; null before the first. */
  readonly judged: Judged | null
  /** Results of all tests at the end; null before it. */
  readonly final: Judged | null
  /** What the agent sees. */
  readonly shown: string
  /** Answers to calls that no test makes, of the submission; null where it was not asked. */
  readonly agreement: Agreement | null
  /** Whether the agent has submitted. */
  readonly isOver: boolean
  /** The option at whose limit the episode ended; null where it did not end at one. */
  readonly limit: 'episodeMs' | null
}

export function startState(task: number, code: CodeTask, { judged, shownCharacters }: PythonOptions): PythonState {
  const workspace = workspaceOf(code.files)
  return {
    task,
    workspace,
    history: judged === 'end' ? withTree(NO_HISTORY, workspace) : NO_HISTORY,
    judged: withoutEntry(code, workspace, scopeOf(judged)),
    final: null,
    shown: opening(code, shownCharacters),
    agreement: null,
    isOver: false,
    limit: null,
  }
}

/** The tests that may run before a reply: hidden ones would show in its time. */
export const scopeOf = (judged: string): Scope => (judged === 'change' ? 'all' : 'public')

/** The state after one more step, in the history where there is one. */
export const noted = (state: PythonState): PythonState =>
  state.history.trees.length === 0 ? state : { ...state, history: withTree(state.history, state.workspace) }

/** Without the file that the tests load, every test fails: nothing needs to run. */
export function withoutEntry(code: CodeTask, workspace: Workspace, scope: Scope): Judged | null {
  const { entry, suite, publicTests, judge } = code
  if (Object.hasOwn(workspace.files, entry)) return null
  const count = scope === 'public' ? publicTests : suite.tests.length
  const notes = Array.from({ length: publicTests }, () => `there is no ${entry}`)
  return { tree: treeOf(workspace), scope, judge, passed: Array.from({ length: count }, () => false), notes }
}

/** The results of the present tree; null where its tests have not run. */
export const currentResults = ({ judged, workspace }: PythonState): Judged | null =>
  judged?.tree === treeOf(workspace) ? judged : null

function opening(code: CodeTask, shownCharacters: number): string {
  const files = Object.entries(code.files).map(([path, text]) => `${path}:\n${cutText(text, shownCharacters)}`)
  const tests = shownTests(code)
  return [
    code.statement,
    files.length === 0 ? 'The workspace is empty.' : `Files of the workspace:\n\n${files.join('\n\n')}`,
    ...(tests.length === 0 ? [] : [`Public tests:\n\n${tests.join('\n')}`]),
    `Work with the tools, then submit. ${tests.length === 0 ? 'Hidden tests decide.' : 'Hidden tests decide as well.'}`,
  ].join('\n\n')
}

/** Anchor: the files, and the tests that pass. Equal anchors need the same actions, whatever has led there. */
export function workspaceAnchor(state: PythonState): string {
  const results = currentResults(state)
  const vector = results ? results.passed.map(Number).join('') : 'unknown'
  return `${treeOf(state.workspace)} ${vector}${state.isOver ? ' over' : ''}`
}

const shareOf = (passed: readonly boolean[]): number | null =>
  passed.length === 0 ? null : passed.filter(Boolean).length / passed.length

/**
 * Measures for hooks, from 0 to 1: shares of `tests` that pass, all, `public` and `hidden` (null where there are none, or where
 * they have not run); `progress` as the share of the tests that run before a reply, of the last tree whose tests ran;
 * `agreement` with the reference on other arguments than those of the tests.
 */
export function gradesOf(state: PythonState, { publicTests }: CodeTask) {
  const results = currentResults(state)
  const all = state.final ?? (results?.scope === 'all' ? results : null)
  const { asked = 0, agreed = 0 } = state.agreement ?? {}
  return {
    tests: all && shareOf(all.passed),
    public: shareOf((all ?? results)?.passed.slice(0, publicTests) ?? []),
    hidden: all && shareOf(all.passed.slice(publicTests)),
    progress: state.judged && shareOf(state.judged.passed),
    agreement: asked === 0 ? null : agreed / asked,
  }
}
