import { GymError } from '../../core/data/errors.ts'
import type { SandboxPool } from '../pool.ts'
import type { ExecutionResult } from '../types.ts'
import { outcomeOf, type PythonRun, type RunPython, type TestOutcome } from './types.ts'

/** Bytes that the programs of judges may write: answers of candidates, and verdicts. */
const OUTPUT_BYTES = 16 * 1024 * 1024

/**
 * Runs the programs of judges in a pool.
 * @param owner whose they are, for the order of the queue
 */
export const pythonIn =
  (pool: Pick<SandboxPool, 'run'>, owner: string): RunPython =>
  async ({ source, stdin, files, wallMs }, signal) => {
    const limits = { timeoutMs: Math.max(1, Math.ceil(wallMs)), outputBytes: OUTPUT_BYTES }
    return runOf(await pool.run({ main: source, stdin, files, limits }, { owner, signal }))
  }

/** @throws GymError SANDBOX_FAILED for a run that was cancelled, which says nothing about the program */
function runOf({ status, exitCode, stdout, stderr }: ExecutionResult): PythonRun {
  if (status === 'cancelled') throw new GymError('SANDBOX_FAILED', 'the program was cancelled')
  const output = { exitCode, stdout: stdout.text, stderr: stderr.text }
  if (status === 'ok' || status === 'failed') return { status: 'ended', ...output }
  return { status: status === 'timeout' ? 'timeout' : 'killed', ...output }
}

export const TIME_IS_UP = outcomeOf('timeout', 'time was up')

/** Outcomes of tests that run one after the other, each in an execution of its own, until their total time is up. */
export async function oneByOne<Test>(
  tests: readonly Test[],
  totalMs: number,
  judgeOne: (test: Test) => Promise<TestOutcome>,
): Promise<readonly TestOutcome[]> {
  const endsAt = Date.now() + totalMs
  const outcomes: TestOutcome[] = []
  for (const test of tests) outcomes.push(Date.now() < endsAt ? await judgeOne(test) : TIME_IS_UP)
  return outcomes
}
