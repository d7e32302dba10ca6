import type { Grades } from '../../core/episode/environment.ts'
import { treeOf } from '../../sandbox/episode/workspace.ts'
import { gradeOf } from './judge.ts'
import { type RepositoryState, startWorkspace } from './state.ts'
import type { RepositoryTask } from './task.ts'

/**
 * Outcomes of an episode, from the worst to the best: nothing was submitted; nothing was changed; a test that failed before
 * still fails; all of these pass, and one that passed before fails; all pass. `passes` is SWE-bench's "resolved".
 */
export const OUTCOMES = ['none', 'empty', 'fails', 'regresses', 'passes'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** The outcome of a state whose hidden tests have run; `none` before the submission. */
export function outcomeOf(state: RepositoryState, task: RepositoryTask): Outcome {
  const { isOver, final, workspace } = state
  if (!isOver || final === null) return 'none'
  if (treeOf(workspace) === treeOf(startWorkspace(task))) return 'empty'
  const { shares, resolution } = gradeOf(final, task)
  if (resolution === 'full') return 'passes'
  return shares.failToPass === 1 ? 'regresses' : 'fails'
}

/** Rank of an outcome, from 0 to 1 in steps of a quarter. */
export const rankOf = (outcome: Outcome): number => OUTCOMES.indexOf(outcome) / (OUTCOMES.length - 1)

const shareOf = (passed: readonly boolean[]): number | null =>
  passed.length === 0 ? null : passed.filter(Boolean).length / passed.length

/**
 * Measures for hooks, from 0 to 1: `outcome` by its rank, `submitted`, `modified` and `resolved` (null before the end);
 * `tests`, `failToPass` and `passToPass` as shares of the hidden tests that pass, null where they have not run;
 * `located` as the share of the faulty lines that the agent has been shown, null where they are not known; `progress` as
 * the share of hidden tests that pass, where they run after each change.
 */
export function gradesOf(state: RepositoryState, task: RepositoryTask): Grades {
  const tree = treeOf(state.workspace)
  const results = state.final ?? (state.judged?.tree === tree ? state.judged : null)
  const shares = results && gradeOf(results, task).shares
  const isEnded = state.final !== null
  const outcome = outcomeOf(state, task)
  return {
    outcome: isEnded ? rankOf(outcome) : null,
    submitted: isEnded ? Number(state.isOver) : null,
    modified: Number(tree !== treeOf(startWorkspace(task))),
    resolved: isEnded ? Number(outcome === 'passes') : null,
    tests: results && shareOf(results.passed),
    failToPass: shares?.failToPass ?? null,
    passToPass: shares?.passToPass ?? null,
    located: task.faults.length === 0 ? null : state.located.length / task.faults.length,
    progress: state.judged && shareOf(state.judged.passed),
  }
}
