import { parseOwnJson } from '../../core/data/json.ts'
import { PROGRAMS } from './programs.ts'
import { type Candidate, outcomeOf, type PythonRun, type RunPython, type TestOutcome } from './types.ts'

/** The calls that a test makes, as JSON texts `[name, arguments, named arguments]`. */
export interface TestCalls {
  /** Position of the test in its suite. */
  readonly index: number
  readonly calls: readonly string[]
}

/** Answers of the candidate by test: JSON texts in the order of the calls. They may be forged, and are only values. */
export type Answers = ReadonlyMap<number, readonly string[]>

export interface AnswerLimits {
  readonly limitSeconds: number
  /** Clock time, milliseconds, at which no further process is started. */
  readonly endsAt: number
  readonly signal: AbortSignal
}

/**
 * Has the candidate answer calls, one process for all tests; where it ends too early, the others get a new one. A test
 * whose calls it did not answer has an answer that says why.
 * @returns the answers, or how the code failed to load
 */
export async function answersOf(
  run: RunPython,
  candidate: Candidate,
  tests: readonly TestCalls[],
  limits: AnswerLimits,
): Promise<Answers | TestOutcome> {
  const answers = new Map<number, readonly string[]>()
  let open = tests
  while (open.length > 0) {
    if (Date.now() >= limits.endsAt) return withEnd(answers, open, TIMEOUT)
    const ran = await run(programOf(candidate, open, limits), limits.signal)
    const read = readLines(ran.stdout, open)
    const failure = failureToLoad(read.load, ran)
    if (failure) return failure
    const isDone = ({ index, calls }: TestCalls): boolean => isComplete(read.answers.get(index) ?? [], calls.length)
    const firstOpen = open.findIndex((test) => !isDone(test))
    const done = firstOpen < 0 ? open : open.slice(0, firstOpen)
    for (const { index } of done) answers.set(index, read.answers.get(index) ?? [])
    const culprit = open[firstOpen]
    if (culprit === undefined) break
    answers.set(culprit.index, [...(read.answers.get(culprit.index) ?? []), endOf(ran)])
    open = open.slice(firstOpen + 1)
  }
  return answers
}

function programOf({ source, file, files }: Candidate, tests: readonly TestCalls[], limits: AnswerLimits) {
  const { limitSeconds, endsAt } = limits
  const stdin = JSON.stringify({ source, file, limitSeconds, tests: tests.map(({ index, calls }) => [index, calls]) })
  const wallMs = Math.min((tests.length + 1) * limitSeconds * 1000 + SPARE_MS, Math.max(MIN_MS, endsAt - Date.now()))
  return { source: PROGRAMS.candidate, stdin, files, wallMs: Math.ceil(wallMs) }
}

const SPARE_MS = 500
const MIN_MS = 100

/** The last answer of a test may say that its time was up: nothing follows it. */
const isComplete = (answers: readonly string[], calls: number): boolean =>
  answers.length >= calls || answers.at(-1) === TIMEOUT

const TIMEOUT = '{"timeout": true}'
const goneText = (message: string): string => JSON.stringify({ gone: message })

function withEnd(answers: Map<number, readonly string[]>, open: readonly TestCalls[], end: string): Answers {
  for (const { index } of open) answers.set(index, [end])
  return answers
}

const endOf = (ran: PythonRun): string => (ran.status === 'timeout' ? TIMEOUT : goneText(endText(ran)))

const endText = ({ status, exitCode }: PythonRun): string =>
  status === 'ended' ? `the process ended before it answered (exit ${exitCode})` : 'the process was killed at a limit'

/**
 * Lines of the candidate's process: `load JSON` once, then `TEST CALL JSON`. Everything else is passed over, also answers
 * to calls that no test made.
 */
function readLines(stdout: string, open: readonly TestCalls[]) {
  const wanted = new Map(open.map(({ index, calls }) => [index, calls.length]))
  const answers = new Map<number, string[]>()
  let load: string | null = null
  for (const line of stdout.split('\n', mostLines(open))) {
    const [, place = '', test, call, form = ''] = LINE.exec(line) ?? []
    if (place === 'load') load ??= form
    else if (Number(call) < (wanted.get(Number(test)) ?? 0)) keep(answers, Number(test), Number(call), form)
  }
  return { load, answers: answers as ReadonlyMap<number, readonly string[]> }
}

/** Lines that are read: one for each answer, and some that code may have written in between. Millions would take long. */
const mostLines = (open: readonly TestCalls[]): number =>
  open.reduce((sum, { calls }) => sum + calls.length, SPARE_LINES)
const SPARE_LINES = 10_000

/** A place, and printable ASCII as Python's `json.dumps` writes it. */
const LINE = /^(load|(\d{1,6}) (\d{1,6})) ([ -~]+)$/

/** Answers come in the order of the calls; any other is ignored. */
function keep(answers: Map<number, string[]>, test: number, call: number, form: string): void {
  const known = answers.get(test) ?? []
  if (call !== known.length) return
  known.push(form)
  answers.set(test, known)
}

function failureToLoad(load: string | null, ran: PythonRun): TestOutcome | null {
  if (load === null) {
    if (ran.status === 'timeout') return outcomeOf('timeout', 'time was up while the code was loaded')
    return outcomeOf('error', `the code was not loaded: ${endText(ran)}`)
  }
  const { raise, timeout } = formOf(load)
  if (raise) return { status: 'error', type: textAt(raise, 0, MOST_NAME), message: textAt(raise, 1, MOST_MESSAGE) }
  return timeout ? outcomeOf('timeout', 'time was up while the code was loaded') : null
}

/** Characters of the name of an exception, and of its message. */
const MOST_NAME = 200
const MOST_MESSAGE = 2000

/** A text of a report, which may hold anything. */
function textAt(report: unknown, at: number, most: number): string {
  const text: unknown = Array.isArray(report) ? report[at] : null
  return typeof text === 'string' ? text.slice(0, most) : ''
}

/** Characters of a report that are read. */
const MOST_REPORT = 1_000_000

/** What the candidate's process says of itself: at worst it makes its own tests fail. */
function formOf(load: string): { readonly raise?: unknown; readonly timeout?: true } {
  if (load.length > MOST_REPORT) return { raise: ['', 'the report of the process is too long'] }
  try {
    const form = parseOwnJson<{ readonly raise?: unknown } | null>(load)
    return typeof form === 'object' && form !== null ? form : {}
  } catch {
    return { raise: ['', 'the report of the process is malformed'] }
  }
}
