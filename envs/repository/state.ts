import { type History, NO_HISTORY, withTree } from '../../sandbox/episode/history.ts'
import { treeOf, type Workspace, workspaceOf } from '../../sandbox/episode/workspace.ts'
import type { RepositorySettings } from './options.ts'
import type { RepositoryTask } from './task.ts'

/** Results of the hidden tests for one tree: those that failed before come first. */
export interface Judged {
  readonly tree: string
  readonly passed: readonly boolean[]
}

/** Results of visible tests for one tree, as a text for the anchor. */
export interface Tested {
  readonly tree: string
  readonly failing: readonly string[]
}

export interface RepositoryState {
  /** Number of the task over all splits. */
  readonly task: number
  readonly workspace: Workspace
  /** What the workspace was after each step, for tests that run at the end; empty where they do not. */
  readonly history: History
  /** Faults whose lines the agent has been shown, by position. */
  readonly located: readonly number[]
  /** Visible tests of the last tree that they ran for. */
  readonly tested: Tested | null
  /** Hidden tests of the last tree that they ran for before a reply; null before the first, and where they do not. */
  readonly judged: Judged | null
  /** Hidden tests at the end; null before it. */
  readonly final: Judged | null
  /** What the agent sees. */
  readonly shown: string
  /** Whether the agent has submitted. */
  readonly isOver: boolean
  /** The option at whose limit the episode ended; null where it did not end at one. */
  readonly limit: 'episodeMs' | null
}

const starts = new WeakMap<RepositoryTask, Workspace>()

/** The repository at the start. */
export function startWorkspace(task: RepositoryTask): Workspace {
  const workspace = starts.get(task) ?? workspaceOf(task.files)
  starts.set(task, workspace)
  return workspace
}

export function startState(number: number, task: RepositoryTask, { judged }: RepositorySettings): RepositoryState {
  const workspace = startWorkspace(task)
  return {
    task: number,
    workspace,
    history: judged === 'end' ? withTree(NO_HISTORY, workspace) : NO_HISTORY,
    located: [],
    tested: null,
    judged: null,
    final: null,
    shown: openingOf(task),
    isOver: false,
    limit: null,
  }
}

function openingOf({ statement, files }: RepositoryTask): string {
  const paths = Object.keys(files).sort()
  const shown = paths.slice(0, MOST_PATHS).map((path) => `- ${path}`)
  const rest = paths.length > MOST_PATHS ? [`- and ${paths.length - MOST_PATHS} more`] : []
  return [
    statement,
    `Files of the repository:\n${[...shown, ...rest].join('\n')}`,
    'Work with the tools: view, search, edit, write, apply_patch, run_tests. Then submit.',
  ].join('\n\n')
}

const MOST_PATHS = 60

/** The state after one more step, in the history where there is one. */
export const noted = (state: RepositoryState): RepositoryState =>
  state.history.trees.length === 0 ? state : { ...state, history: withTree(state.history, state.workspace) }

/** Anchor: the files, and what the visible tests say of them. Equal anchors need the same changes. */
export function workspaceAnchor({ workspace, tested, isOver }: RepositoryState): string {
  const tree = treeOf(workspace)
  const results = tested?.tree === tree ? tested.failing.join(' ') || 'all pass' : 'not tested'
  return `${tree} ${results}${isOver ? ' over' : ''}`
}
