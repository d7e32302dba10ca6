import type { Json } from '../../core/data/types.ts'
import { type EndJudging, endJudging } from '../../sandbox/episode/end-judging.ts'
import { type PastTree, pastTrees } from '../../sandbox/episode/history.ts'
import { treeOf, type Workspace } from '../../sandbox/episode/workspace.ts'
import { hiddenResults, type StepContext } from './judge.ts'
import { outcomeOf } from './outcome.ts'
import type { Judged, RepositoryState } from './state.ts'
import type { RepositoryTask } from './task.ts'

/**
 * The state of an episode that ends, whatever ends it: hidden tests have run for the workspace as it is, and then, while
 * their time lasts, for what it was after earlier steps. None of it uses the time of the agent's programs.
 */
export async function finished(
  state: RepositoryState,
  task: RepositoryTask,
  context: StepContext,
): Promise<RepositoryState> {
  const { settings } = context.resources
  const judging = endJudging(context.programs.episode, settings.judgeMs, context.signal)
  const tree = treeOf(state.workspace)
  const final = state.judged?.tree === tree ? state.judged : await finalResults(state.workspace, task, context, judging)
  const past = pastTrees(state.history)
  for (const each of past) if (each.tree !== tree) await judgePast(each, task, context, judging)
  const next = { ...state, final }
  const after = past.find((each) => each.tree === tree)?.after
  // The last list of results in the record is that of the workspace as it is.
  const verdict = { outcome: outcomeOf(next, task), passed: final.passed }
  await context.effect('verdict', { tree, ...(after && { after }) }, () => verdict)
  return next
}

async function finalResults(
  workspace: Workspace,
  task: RepositoryTask,
  context: StepContext,
  judging: EndJudging,
): Promise<Judged> {
  const tree = treeOf(workspace)
  const run = () => recordedResults(workspace, task, context, judging)
  const { passed } = await context.effect('judge', { tree }, run)
  return { tree, passed }
}

async function recordedResults(
  workspace: Workspace,
  task: RepositoryTask,
  { programs }: StepContext,
  judging: EndJudging,
) {
  const results = await hiddenResults(workspace, task, judging.context())
  return { ...results, sandbox: await programs.episode.backend() }
}

/** Results for an earlier workspace, as the effect `judge`; null, with the reason, where the tests did not run. */
async function judgePast(
  past: PastTree,
  task: RepositoryTask,
  context: StepContext,
  judging: EndJudging,
): Promise<void> {
  const { tree, after } = past
  await context.effect('judge', { tree, after }, (): Promise<Json> => pastResults(past, task, context, judging))
}

async function pastResults({ workspace }: PastTree, task: RepositoryTask, context: StepContext, judging: EndJudging) {
  if (workspace === null) return { passed: null, reason: 'its files found no room in the history' }
  const results = judging.isUsedUp ? null : await recordedResults(workspace, task, context, judging)
  // Tests that ran out of the time of others say nothing of this workspace.
  return results === null || judging.isUsedUp ? { passed: null, reason: 'the time of judgeMs was used up' } : results
}
