import { randomBytes } from 'node:crypto'
import { parseOwnJson } from '../../core/data/json.ts'
import { lineAfter } from '../lines.ts'
import { PROGRAMS } from './programs.ts'
import { oneByOne, TIME_IS_UP } from './run-python.ts'
import type { JudgeContext } from './split.ts'
import { type Candidate, type CodeSuite, outcomeOf, type PythonRun, type TestOutcome, type Verdict } from './types.ts'

/**
 * Judges code by running each test beside it, in a fresh process: for arguments and results other than plain data.
 * Code that looks for the test in its process finds it, and can forge a pass.
 */
export async function judgeInline(suite: CodeSuite, candidate: Candidate, context: JudgeContext): Promise<Verdict> {
  const judged = (test: string) => judgeOne(suite, candidate, test, context)
  return { judge: 'inline', outcomes: await oneByOne(suite.tests, context.totalMs, judged) }
}

async function judgeOne(
  { setup, bind, limitSeconds }: CodeSuite,
  { source, file, files }: Candidate,
  test: string,
  { run, signal }: JudgeContext,
): Promise<TestOutcome> {
  const token = randomBytes(16).toString('hex')
  const stdin = JSON.stringify({ source, file, setup, bind, test, token })
  const ran = await run({ source: PROGRAMS.inline, stdin, files, wallMs: limitSeconds * 1000 }, signal)
  const report = lineAfter(ran.stdout, `${token} `)
  return report === null ? endOf(ran) : readOutcome(report)
}

function endOf({ status, exitCode }: PythonRun): TestOutcome {
  if (status === 'timeout') return TIME_IS_UP
  const end = status === 'ended' ? `the process ended before the test (exit ${exitCode})` : 'the process was killed'
  return outcomeOf('error', end)
}

function readOutcome(text: string): TestOutcome {
  try {
    const { status, type = '', message = '' } = parseOwnJson<Partial<TestOutcome>>(text)
    if (status === 'passed' || status === 'failed') return { status, type, message }
    return { status: 'error', type, message }
  } catch {
    return outcomeOf('error', 'the report of the process is malformed')
  }
}
