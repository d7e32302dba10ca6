import type { Context } from '../../core/episode/environment.ts'
import type { StepPrograms, UsedUp } from '../../sandbox/episode/programs.ts'
import { changed, sandboxFiles, treeOf, type Workspace } from '../../sandbox/episode/workspace.ts'
import {
  gradePatch,
  type JudgeContext,
  judge,
  type PatchGrade,
  pythonIn,
  type TestStatus,
} from '../../sandbox/judge/index.ts'
import { isTestFile, runTestFiles, type TestFileResult } from '../../sandbox/judge/test-files.ts'
import type { Files } from '../../sandbox/types.ts'
import type { RepositoryResources } from './resources.ts'
import type { Judged } from './state.ts'
import type { HiddenTests, RepositoryTask } from './task.ts'

/** What a step needs of the outside world. */
export type StepContext = Pick<Context<RepositoryResources>, 'effect' | 'signal' | 'resources'> & {
  readonly programs: StepPrograms
}

/** Results of the hidden tests of a workspace, as they are recorded: those that failed before come first. */
export async function hiddenResults(workspace: Workspace, task: RepositoryTask, judging: JudgeContext) {
  const { failToPass, passToPass } = task.tests
  const ids = [...failToPass, ...passToPass]
  const statuses = await statusesOf(workspace, task.hidden, ids, judging)
  const grade = gradePatch(statuses, task.tests)
  const passing = new Set([...grade.failToPass.success, ...grade.passToPass.success])
  return {
    judge: task.hidden.kind === 'calls' ? 'split' : 'inline',
    passed: ids.map((id) => passing.has(id)),
    statuses: ids.map((id) => statuses.get(id) ?? 'MISSING'),
  }
}

async function statusesOf(
  workspace: Workspace,
  hidden: HiddenTests,
  ids: readonly string[],
  judging: JudgeContext,
): Promise<ReadonlyMap<string, TestStatus>> {
  if (hidden.kind === 'calls') {
    const files = sandboxFiles(workspace)
    const { outcomes } = await judge(hidden.suite, { source: hidden.facade, file: '<tests>', files }, judging, 'split')
    return new Map(outcomes.map(({ status }, at) => [ids[at] ?? '', STATUSES[status]]))
  }
  const own = sandboxFiles(changed(workspace, hidden.files))
  const results = await runOneByOne(hidden.paths, own, judging, 1000 * hidden.limitSeconds)
  return new Map(results.flatMap(({ tests }) => tests.map(({ id, status }) => [id, status])))
}

/** Each file in a process of its own, until the time of all is up: one that ends its process, or hangs, fails alone. */
async function runOneByOne(paths: readonly string[], files: Files, judging: JudgeContext, limitMs: number) {
  const endsAt = Date.now() + judging.totalMs
  const results: TestFileResult[] = []
  for (const path of paths) {
    const leftMs = Math.min(limitMs, endsAt - Date.now())
    if (leftMs > 0) results.push(...(await runTestFiles([path], files, judging, leftMs)))
  }
  return results
}

const STATUSES = { passed: 'PASSED', failed: 'FAILED', error: 'ERROR', timeout: 'ERROR' } as const

/** How SWE-bench grades these results. */
export function gradeOf({ passed }: Judged, { tests }: RepositoryTask): PatchGrade {
  const ids = [...tests.failToPass, ...tests.passToPass]
  return gradePatch(new Map(ids.map((id, at) => [id, passed[at] ? 'PASSED' : 'FAILED'])), tests)
}

/** Hidden tests that run before a reply, as the effect `judge`; null where the time was used up before they ended. */
export async function judgeChange(workspace: Workspace, task: RepositoryTask, context: StepContext) {
  const { effect, programs, signal, resources } = context
  const tree = treeOf(workspace)
  const { passed, usedUp = null } = await effect('judge', { tree }, async () => {
    const judging = { run: pythonIn(programs, ''), signal, totalMs: resources.settings.judgeMs }
    const { passed, ...results } = await hiddenResults(workspace, task, judging)
    const sandbox = await programs.episode.backend()
    const late = await usedUpOf(programs)
    return { ...results, passed: 'usedUp' in late ? null : passed, sandbox, ...late }
  })
  return { judged: passed && { tree, passed }, usedUp }
}

/** Nothing where there is time left, so that records need not say it. */
async function usedUpOf(programs: StepPrograms): Promise<{ readonly usedUp?: UsedUp }> {
  const usedUp = await programs.usedUp()
  return usedUp === null ? {} : { usedUp }
}

/** Tests that one run reports. */
const MOST_REPORTED = 500

/** Runs test files of the workspace, as the effect `tests`. */
export async function runVisible(workspace: Workspace, path: string, context: StepContext) {
  const { effect, programs, signal, resources } = context
  const paths = path === '' ? Object.keys(workspace.files).filter(isTestFile) : [path]
  return effect('tests', { tree: treeOf(workspace), paths }, async () => {
    const { testMs } = resources.settings
    const files = await runTestFiles(paths, sandboxFiles(workspace), { run: pythonIn(programs, ''), signal }, testMs)
    const tests = files.flatMap((file) => file.tests.map(({ id, status, note }) => ({ id, status, note })))
    const problems = files.flatMap((file) => (file.problem === null ? [] : [`${file.path}: ${file.problem}`]))
    return { tests: tests.slice(0, MOST_REPORTED), problems, ...(await usedUpOf(programs)) }
  })
}
export type VisibleResults = Awaited<ReturnType<typeof runVisible>>
