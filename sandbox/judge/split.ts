import { parseOwnJson } from '../../core/data/json.ts'
import { type Answers, answersOf, type TestCalls } from './answers.ts'
import { PROGRAMS } from './programs.ts'
import { type Candidate, type CodeSuite, outcomeOf, type RunPython, type TestOutcome, type Verdict } from './types.ts'

/** Sandbox and time of a verdict. */
export interface JudgeContext {
  readonly run: RunPython
  readonly signal: AbortSignal
  /** Milliseconds for all tests of one verdict; the rest time out. */
  readonly totalMs: number
}

/**
 * Judges code without ever showing it a test. First a process collects the calls that the tests make; then the
 * candidate, in a sandbox that holds no test and no expected value, answers them with plain data; then a process that
 * never loads the candidate's code runs the tests with these answers. Where a call depends on an earlier answer, the
 * candidate is asked again.
 */
export async function judgeSplit(suite: CodeSuite, candidate: Candidate, context: JudgeContext): Promise<Verdict> {
  const endsAt = Date.now() + context.totalMs
  const limits = { limitSeconds: suite.limitSeconds, endsAt, signal: context.signal }
  const outcomes = suite.tests.map(() => UNFINISHED)
  let open = await callsOf(suite, context)
  for (let round = 0; open.length > 0 && round < MAX_ROUNDS; round++) {
    const answers = await answersOf(context.run, candidate, open, limits)
    if ('status' in answers) return { judge: 'split', outcomes: outcomes.map(() => answers) }
    const wallMs = Math.min(JUDGE_MS, Math.max(LEAST_JUDGE_MS, endsAt - Date.now()))
    const judged = await judgeAll(suite, open, answers, context, wallMs)
    open = judged.flatMap(({ index, calls }) => (calls ? [{ index, calls }] : []))
    for (const { index, outcome } of judged) if (outcome) outcomes[index] = outcome
  }
  return { judge: 'split', outcomes }
}

/** Calls that depend on the answers of others: so often at most. */
const MAX_ROUNDS = 12
const UNFINISHED = outcomeOf('error', 'the test makes too many calls that depend on each other')

/** What the judge says of a test: its outcome, or the calls whose answers it needs. */
interface Judged {
  readonly index: number
  readonly outcome?: TestOutcome
  readonly calls?: readonly string[]
}

/** The calls of a suite depend on no candidate: they are collected once. */
const known = new WeakMap<CodeSuite, readonly TestCalls[]>()

/** The calls that the tests of a suite make, as far as they depend on no answer. */
export async function callsOf(suite: CodeSuite, context: JudgeContext): Promise<readonly TestCalls[]> {
  const found = known.get(suite)
  if (found) return found
  const all = suite.tests.map((_, index) => ({ index, calls: [] }))
  const judged = await judgeAll(suite, all, new Map(), context, JUDGE_MS)
  const calls = judged.map(({ index, calls = [] }) => ({ index, calls }))
  known.set(suite, calls)
  return calls
}

async function judgeAll(
  suite: CodeSuite,
  tests: readonly TestCalls[],
  answers: Answers,
  { run, signal }: JudgeContext,
  wallMs: number,
): Promise<readonly Judged[]> {
  const { setup, bind } = suite
  const asked = tests.map(({ index, calls }) => {
    const known = answers.get(index) ?? []
    return { index, source: suite.tests[index] ?? '', calls: calls.slice(0, known.length), answers: known }
  })
  const stdin = JSON.stringify({ setup, bind, tests: asked })
  const { stdout } = await run({ source: PROGRAMS.judge, stdin, files: NO_FILES, wallMs }, signal)
  const lines = new Map(stdout.split('\n').map((line) => [line.split(' ', 1)[0] ?? '', line]))
  return tests.map(({ index }) => readJudged(index, lines.get(String(index))))
}

const NO_FILES = new Map<string, Uint8Array>()
/** The tests run here, and not the candidate; but its answers may be such that they take long. */
const JUDGE_MS = 10_000
/** For answers that came when time was nearly up. */
const LEAST_JUDGE_MS = 2000
const NO_VERDICT = outcomeOf('error', 'the test itself did not end')

/** From the judge's own process, which holds nothing of the candidate but values. These may be so large that it is cut off. */
function readJudged(index: number, line: string | undefined): Judged {
  if (line === undefined) return { index, outcome: NO_VERDICT }
  try {
    const { outcome, calls } = parseOwnJson<RawJudged>(line.slice(line.indexOf(' ') + 1))
    return { index, ...(calls && { calls }), ...(outcome && { outcome: outcomeFrom(outcome) }) }
  } catch {
    return { index, outcome: NO_VERDICT }
  }
}

interface RawJudged {
  readonly calls?: readonly string[]
  readonly outcome?: {
    readonly status: TestOutcome['status'] | 'unplain'
    readonly type?: string
    readonly message?: string
    readonly detail?: string
  }
}

function outcomeFrom({ status, type = '', message = '', detail }: NonNullable<RawJudged['outcome']>): TestOutcome {
  const report = { type, message, ...(detail !== undefined && { detail }) }
  return status === 'unplain' ? { status: 'error', ...report, isUnplain: true } : { status, ...report }
}
