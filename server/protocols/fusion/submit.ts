import type { JsonObject } from '../../../core/data/types.ts'
import type { SandboxPool } from '../../../sandbox/index.ts'
import { type CodeSuite, judge, pythonIn, type StdinSuite, type TestOutcome } from '../../../sandbox/judge/index.ts'
import { areLinesSame } from '../../../sandbox/judge/stdin.ts'
import type { ExtractedType } from './extract.ts'
import type { Problem, TestConfig } from './problems.ts'
import { type FusionLimits, LANGUAGES, type RunCodeResponse, runCode } from './run-code.ts'

/** Result of one test, in SandboxFusion's fields. */
export interface TestCase {
  readonly passed: boolean
  readonly exec_info: RunCodeResponse
  readonly test_info: JsonObject | null
}

/** Answer to `POST /submit`, in SandboxFusion's fields. */
export interface EvalResult {
  readonly id: string | number
  readonly accepted: boolean
  readonly extracted_code: string
  /** What was judged, without its tests: they run in another process. */
  readonly full_code: string
  readonly test_code: string | null
  readonly tests: readonly TestCase[]
  /** Null for a completion that continues its prompt. */
  readonly extracted_type: ExtractedType | null
  readonly extra: JsonObject
}

/** Where a submission runs, and whose it is. */
export interface SubmitContext {
  readonly pool: SandboxPool
  readonly limits: FusionLimits
  readonly owner: string
  readonly signal: AbortSignal
}

/** Seconds of the tests of a submission that names none. */
const DEFAULT_SECONDS = 20

/** Judges a completion. @throws GymError SANDBOX_BUSY, SANDBOX_FAILED: neither says anything about the completion */
export async function submit(
  problem: Problem,
  completion: string,
  config: TestConfig,
  context: SubmitContext,
): Promise<EvalResult> {
  const { suite, id } = problem
  const { code, type, source } = problem.source(completion, config)
  const seconds = config.runTimeout ?? DEFAULT_SECONDS
  const cases =
    suite.kind === 'stdin'
      ? await runCases(suite, source, seconds, config, context)
      : await judgeCases(suite, problem, source, seconds, context)
  return {
    id,
    accepted: cases.every(({ passed }) => passed) && cases.length > 0,
    extracted_code: code,
    full_code: source,
    test_code: suite.kind === 'stdin' ? null : suite.tests.join('\n'),
    tests: cases,
    extracted_type: type,
    extra: { judge: suite.kind === 'stdin' ? 'split' : problem.judge },
  }
}

/** Tests that call functions: expected values are never where the candidate runs. */
async function judgeCases(
  suite: CodeSuite,
  { judge: name }: Problem,
  source: string,
  seconds: number,
  { pool, owner, signal }: SubmitContext,
): Promise<readonly TestCase[]> {
  const candidate = { source, file: 'solution.py', files: new Map() }
  const own = { ...suite, limitSeconds: seconds }
  const context = { run: pythonIn(pool, owner), signal, totalMs: 2000 * seconds }
  const { outcomes } = await judge(own, candidate, context, name)
  return outcomes.map((outcome, at) => ({
    passed: outcome.status === 'passed',
    exec_info: responseOf(outcome),
    test_info: { test: suite.tests[at] ?? '' },
  }))
}

/** An outcome in the form of an execution: 0 or 1 as its exit code, and the exception as its standard error. */
function responseOf({ status, type, message }: TestOutcome): RunCodeResponse {
  const isTimeout = status === 'timeout'
  const run = {
    status: isTimeout ? ('TimeLimitExceeded' as const) : ('Finished' as const),
    execution_time: null,
    return_code: isTimeout ? null : Number(status !== 'passed'),
    stdout: '',
    stderr: [type, message].filter((part) => part !== '').join(': '),
  }
  const response = { message: '', compile_result: null, run_result: run, executor_pod_name: null, files: {} }
  return { status: status === 'passed' ? 'Success' : 'Failed', ...response }
}

/** Inputs that run at the same time, so that one submission does not take the whole pool. */
const AT_ONCE = 4

/** Programs that read an input and write an output, which is compared here. Ends with the first that fails. */
async function runCases(
  { tests }: StdinSuite,
  code: string,
  seconds: number,
  { language, runsAll }: TestConfig,
  { pool, limits, ...settings }: SubmitContext,
): Promise<readonly TestCase[]> {
  const request = { code, language: LANGUAGES[language ?? 'python'] ?? 'python', runTimeout: seconds, ...WITHOUT }
  const cases: TestCase[] = []
  for (let at = 0; at < tests.length; at += AT_ONCE) {
    const some = tests.slice(at, at + AT_ONCE)
    const ran = await Promise.all(
      some.map(({ input }) => runCode(pool, { ...request, stdin: input }, limits, settings)),
    )
    cases.push(...ran.map((response, index) => caseOf(response, some[index])))
    const failed = cases.findIndex(({ passed }) => !passed)
    if (failed >= 0 && !runsAll) return cases.slice(0, failed + 1)
  }
  return cases
}

const WITHOUT = { compileTimeout: 10, memoryMb: null, files: new Map(), fetchFiles: [] }

function caseOf(response: RunCodeResponse, { input, output } = { input: '', output: '' }): TestCase {
  const passed = response.status === 'Success' && isSameStdout(response.run_result?.stdout ?? '', output)
  return { passed, exec_info: response, test_info: { input: { stdin: input }, output: { stdout: output } } }
}

/**
 * Whether two outputs are the same to SandboxFusion: line by line without surrounding spaces and without case, where a
 * line that is one number may differ by a share of 1e-5.
 */
export const isSameStdout = (given: string, expected: string): boolean =>
  areLinesSame(given.toLowerCase(), expected.toLowerCase(), isSameLine)

/** Read in one way only: an output may be one line of millions of digits. */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/

function isSameLine(given: string, expected: string): boolean {
  if (given === expected) return true
  if (!NUMBER.test(given) || !NUMBER.test(expected)) return false
  const [own, wanted] = [Number(given), Number(expected)]
  return Math.abs(own - wanted) / Math.max(Math.abs(wanted), 1e-10) < 1e-5
}
