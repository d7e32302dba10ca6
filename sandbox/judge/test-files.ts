import { randomBytes } from 'node:crypto'
import { parseOwnJson } from '../../core/data/json.ts'
import type { Files } from '../types.ts'
import { PROGRAMS } from './programs.ts'
import type { JudgeContext } from './split.ts'
import type { TestStatus } from './swe-bench.ts'
import type { PythonRun } from './types.ts'

/** What the tests of a file gave. */
export interface TestFileResult {
  readonly path: string
  /** Tests that ended, by id: `tests/test_a.py::test_b`, `tests/test_a.py::TestC::test_d`; the path alone for a file that cannot be loaded. */
  readonly tests: readonly { readonly id: string; readonly status: TestStatus; readonly note: string }[]
  /** Why the file did not end; null where it did. */
  readonly problem: string | null
}

/** Whether a path is that of a test file, by its name. */
export const isTestFile = (path: string): boolean => /(^|\/)(test_[^/]*|[^/]*_test)\.py$/.test(path)

/** Tests of one file that are read. */
const MOST_TESTS = 5000

/**
 * Runs test files of a workspace in one fresh process with the code that they test: functions `test*`, methods `test*` of
 * classes `Test*`, and `unittest.TestCase`. Code that looks for the tests in its process finds them, and can forge a pass.
 * @param wallMs milliseconds of all of them; those that it is not enough for have a problem
 */
export async function runTestFiles(
  paths: readonly string[],
  files: Files,
  { run, signal }: Pick<JudgeContext, 'run' | 'signal'>,
  wallMs: number,
): Promise<readonly TestFileResult[]> {
  const token = randomBytes(16).toString('hex')
  const ran = await run({ source: PROGRAMS.testFiles, stdin: JSON.stringify({ paths, token }), files, wallMs }, signal)
  const reports = ran.stdout.split('\n').flatMap((line) => reportOf(line, `${token} `))
  const ended = new Set(reports.flatMap(([path, status]) => (path && status === undefined ? [path] : [])))
  const tests = reports.flatMap(([id, status, note = '']) => (id && status ? [{ id, status, note }] : []))
  return paths.map((path) => ({
    path,
    tests: tests.filter(({ id }) => id === path || id.startsWith(`${path}::`)).slice(0, MOST_TESTS),
    problem: ended.has(path) ? null : problemOf(ran),
  }))
}

/** The parts of a line of the runner; none where it is of the code. */
function reportOf(line: string, start: string): readonly (readonly string[])[] {
  if (!line.startsWith(start)) return []
  try {
    const parts = parseOwnJson<unknown>(line.slice(start.length))
    return Array.isArray(parts) && parts.every((part): part is string => typeof part === 'string')
      ? [parts.map((part) => part.replace(/\p{Surrogate}/gu, '\ufffd'))]
      : []
  } catch {
    return []
  }
}

function problemOf({ status, exitCode }: PythonRun): string {
  if (status === 'timeout') return 'time was up'
  return status === 'ended' ? `its process ended too early (exit ${exitCode})` : 'its process was killed at a limit'
}
