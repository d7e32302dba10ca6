import { GymError } from '../../../core/data/errors.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import type { Context } from '../../../core/episode/environment.ts'
import type { StepPrograms, UsedUp } from '../../../sandbox/episode/programs.ts'
import { type Blob, blobAt, blobOf, sandboxFiles, treeOf, type Workspace } from '../../../sandbox/episode/workspace.ts'
import type { ExecutionStatus } from '../../../sandbox/index.ts'
import {
  type Candidate,
  type JudgeContext,
  judge,
  pythonIn,
  type Suite,
  type Verdict,
} from '../../../sandbox/judge/index.ts'
import { outcomeOf } from '../../../sandbox/judge/types.ts'
import type { CodeTask } from '../../../sandbox/tasks/task.ts'
import type { PythonResources } from './resources.ts'
import type { Judged, Scope } from './state.ts'

/** What a step needs of the outside world. */
export type StepContext = Pick<Context<PythonResources>, 'effect' | 'signal' | 'rng' | 'resources'> & {
  readonly programs: StepPrograms
}

/** A program of the workspace, and what it did. */
export type Run = {
  readonly status: ExecutionStatus
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  /** Files that it wrote, and null for those that it deleted. */
  readonly changes: { readonly [path: string]: Blob | null }
  /** The time that is used up with it. */
  readonly usedUp?: UsedUp
}

/** Runs a file of the workspace. On the tape it is named by the digest of the workspace, which the state holds. */
export async function runFile(
  workspace: Workspace,
  { path, args, stdin }: { readonly path: string; readonly args: readonly string[]; readonly stdin: string },
  { effect, signal, programs, resources: { options } }: StepContext,
): Promise<Run> {
  const input = { tree: treeOf(workspace), path, args, stdin }
  return effect('run', input, async (): Promise<Run & JsonObject> => {
    const limits = { timeoutMs: options.runMs, outputBytes: 4 * options.shownCharacters }
    const program = { main: { file: path }, args, stdin, files: sandboxFiles(workspace), limits }
    const result = await programs.run(program, { signal })
    const { status, exitCode, stdout, stderr } = result
    const written = [...result.workspace.changed].map(([file, bytes]) => [file, blobOf(bytes)] as const)
    const removed = result.workspace.removed.map((file) => [file, null] as const)
    const changes = Object.fromEntries([...written, ...removed])
    const run = { status, exitCode, stdout: stdout.text, stderr: stderr.text, changes }
    return { ...run, ...(await usedUpOf(programs)) }
  })
}

/** Nothing where there is time left, so that records need not say it. */
async function usedUpOf(programs: StepPrograms): Promise<{ readonly usedUp?: UsedUp }> {
  const usedUp = await programs.usedUp()
  return usedUp === null ? {} : { usedUp }
}

/** Results of tests that run before a reply; null where the time was used up before they ended. */
export interface EarlyResults {
  readonly judged: Judged | null
  readonly usedUp: UsedUp | null
}

/**
 * Runs tests of a workspace before a reply: the public ones, as the effect `public`; or all, as `judge`. The list of
 * their results is called `public` or `passed`, so that hooks on all tests do not take public ones for them.
 */
export async function judgeEarly(
  workspace: Workspace,
  code: CodeTask,
  scope: Scope,
  context: Omit<StepContext, 'rng'>,
): Promise<EarlyResults> {
  const suite = suiteOf(code, scope)
  if (suite.tests.length === 0) return untested(workspace, code, scope)
  const run = () => earlyResults(workspace, code, scope, context)
  return readEarly(workspace, scope, await context.effect(EFFECT[scope], { tree: treeOf(workspace) }, run))
}

/**
 * Results of the files that a task begins with; null where no sandbox works here: what follows may need none, as a replay
 * does.
 */
export async function judgeStart(
  workspace: Workspace,
  code: CodeTask,
  scope: Scope,
  context: Omit<StepContext, 'rng'>,
): Promise<Judged | null> {
  const run = () => earlyResults(workspace, code, scope, context).catch(nullIfUnavailable)
  const results = await context.effect(EFFECT[scope], { tree: treeOf(workspace) }, run)
  return results && readEarly(workspace, scope, results).judged
}

const EFFECT = { public: 'public', all: 'judge' } as const

function nullIfUnavailable(thrown: unknown): null {
  if (thrown instanceof GymError && thrown.code === 'SANDBOX_UNAVAILABLE') return null
  throw thrown
}

const publicSuites = new WeakMap<CodeTask, Suite>()

/** The same suite for the same task, so that the calls of its tests are collected once. */
function suiteOf(code: CodeTask, scope: Scope): Suite {
  if (scope === 'all') return code.suite
  const known = publicSuites.get(code) ?? firstTests(code.suite, code.publicTests)
  publicSuites.set(code, known)
  return known
}

const firstTests = (suite: Suite, count: number): Suite =>
  suite.kind === 'code'
    ? { ...suite, tests: suite.tests.slice(0, count) }
    : { ...suite, tests: suite.tests.slice(0, count) }

const untested = (workspace: Workspace, { judge }: CodeTask, scope: Scope): EarlyResults => ({
  judged: { tree: treeOf(workspace), scope, judge, passed: [], notes: [] },
  usedUp: null,
})

async function earlyResults(workspace: Workspace, code: CodeTask, scope: Scope, context: Omit<StepContext, 'rng'>) {
  const { programs, signal, resources } = context
  const judging = { run: pythonIn(programs, ''), signal, totalMs: resources.options.judgeMs }
  const { passed, ...results } = await resultsOf(workspace, code, suiteOf(code, scope), judging)
  const sandbox = await programs.episode.backend()
  const late = await usedUpOf(programs)
  const list = 'usedUp' in late ? null : passed
  return { ...results, ...(scope === 'all' ? { passed: list } : { public: list }), sandbox, ...late }
}

function readEarly(
  workspace: Workspace,
  scope: Scope,
  results: Awaited<ReturnType<typeof earlyResults>>,
): EarlyResults {
  const { judge, notes, usedUp = null } = results
  const passed = ('passed' in results ? results.passed : results.public) ?? null
  return { judged: passed && { tree: treeOf(workspace), scope, judge, passed, notes }, usedUp }
}

/** Results of a suite as they are recorded. */
export async function resultsOf(workspace: Workspace, code: CodeTask, suite: Suite, judging: JudgeContext) {
  const { judge: name, outcomes } = await verdictOf(workspace, code, suite, judging)
  return {
    judge: name,
    passed: outcomes.map(({ status }) => status === 'passed'),
    statuses: outcomes.map(({ status }) => status),
    notes: outcomes.slice(0, code.publicTests).map(noteOf),
  }
}

async function verdictOf(
  workspace: Workspace,
  { entry, judge: name }: CodeTask,
  suite: Suite,
  judging: JudgeContext,
): Promise<Verdict> {
  const candidate = candidateOf(workspace, entry)
  if (candidate) return judge(suite, candidate, judging, name)
  const outcome = outcomeOf('error', `${entry} is missing, or not UTF-8`)
  return { judge: name, outcomes: suite.tests.map(() => outcome) }
}

/** The code that the tests load; null where it cannot be a source. */
export function candidateOf(workspace: Workspace, entry: string): Candidate | null {
  const source = blobAt(workspace, entry)
  return typeof source === 'string' ? { source, file: entry, files: sandboxFiles(workspace) } : null
}

/** What the agent may read of a public test. */
function noteOf({ status, type, message, detail }: Verdict['outcomes'][number]): string {
  if (status === 'passed') return ''
  const said = [type, message].filter((part) => part !== '').join(': ')
  return detail ?? (said === '' ? status : said)
}
