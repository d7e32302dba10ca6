import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import type { Json } from '../../../core/data/types.ts'
import { type EndJudging, endJudging } from '../../../sandbox/episode/end-judging.ts'
import { type PastTree, pastTrees } from '../../../sandbox/episode/history.ts'
import { treeOf, type Workspace, workspaceOf } from '../../../sandbox/episode/workspace.ts'
import { type Agreement, probe } from '../../../sandbox/judge/index.ts'
import type { CodeTask } from '../../../sandbox/tasks/task.ts'
import { candidateOf, resultsOf, type StepContext } from './execute.ts'
import { currentResults, type Judged, type PythonState, withoutEntry } from './state.ts'

/**
 * The state of an episode that ends, whatever ends it: all tests have run for the workspace as it is, and then, while
 * their time lasts, for what it was after earlier steps. None of it uses the time of the agent's programs. A submission
 * that passes a test is also compared with the reference.
 */
export async function finished(state: PythonState, code: CodeTask, context: StepContext): Promise<PythonState> {
  const judging = endJudging(context.programs.episode, context.resources.options.judgeMs, context.signal)
  const final = await finalResults(state, code, context, judging)
  const isCompared = state.isOver && final.passed.some(Boolean)
  const agreement = isCompared ? await compared(state.workspace, code, context, judging) : null
  const past = pastTrees(state.history)
  for (const each of past) if (each.tree !== final.tree) await judgePast(each, code, context, judging)
  const { tree, judge, passed } = final
  const after = past.find((each) => each.tree === tree)?.after
  // The last list of results in the record is that of the workspace as it is.
  await context.effect('verdict', { tree, ...(after && { after }) }, () => ({ judge, passed }))
  return { ...state, final, agreement }
}

async function finalResults(
  state: PythonState,
  code: CodeTask,
  context: StepContext,
  judging: EndJudging,
): Promise<Judged> {
  const { workspace } = state
  const tree = treeOf(workspace)
  const known = currentResults(state)
  const found = withoutEntry(code, workspace, 'all') ?? (known?.scope === 'all' ? known : null)
  if (found !== null) return found
  const run = () => recordedResults(workspace, code, context, judging)
  const { judge, passed, notes } = await context.effect('judge', { tree }, run)
  return { tree, scope: 'all', judge, passed, notes }
}

async function recordedResults(workspace: Workspace, code: CodeTask, { programs }: StepContext, judging: EndJudging) {
  const results = await resultsOf(workspace, code, code.suite, judging.context())
  return { ...results, sandbox: await programs.episode.backend() }
}

/** Results of all tests for an earlier workspace, as the effect `judge`; null, with the reason, where they did not run. */
async function judgePast(past: PastTree, code: CodeTask, context: StepContext, judging: EndJudging): Promise<void> {
  const { tree, after } = past
  await context.effect('judge', { tree, after }, (): Promise<Json> => pastResults(past, code, context, judging))
}

async function pastResults({ workspace }: PastTree, code: CodeTask, context: StepContext, judging: EndJudging) {
  if (workspace === null) return { passed: null, reason: 'its files found no room in the history' }
  const unread = withoutEntry(code, workspace, 'all')
  if (unread !== null) return { judge: unread.judge, passed: unread.passed }
  const results = judging.isUsedUp ? null : await recordedResults(workspace, code, context, judging)
  // Tests that ran out of the time of others say nothing of this workspace.
  return results === null || judging.isUsedUp ? { passed: null, reason: 'the time of judgeMs was used up' } : results
}

/** Compares the submission with the reference on calls that no test makes; null where there is nothing to compare with. */
async function compared(
  workspace: Workspace,
  { suite, entry, reference, judge: name }: CodeTask,
  context: StepContext,
  judging: EndJudging,
): Promise<Agreement | null> {
  const candidate = candidateOf(workspace, entry)
  const right = reference && candidateOf(workspaceOf(reference), entry)
  if (!context.resources.options.probe || suite.kind !== 'code' || name === 'inline' || !candidate || !right)
    return null
  const seed = context.rng.int(0, 2 ** 31)
  return context.effect('probe', { tree: treeOf(workspace), seed }, async () => {
    const rng = new Rng(keyOfSeed(seed), 0)
    return { ...(await probe(suite, { reference: right, candidate }, rng, judging.context())) }
  })
}
