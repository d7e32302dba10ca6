import type { Files } from '../types.ts'

/** How a run of a Python program in a sandbox ended. */
export interface PythonRun {
  /** `ended`: by itself, with `exitCode`. `timeout`: at its limit. `killed`: at another limit, or by a signal. */
  readonly status: 'ended' | 'timeout' | 'killed'
  /** Null where the program did not end by itself. */
  readonly exitCode: number | null
  /** Bounded; not UTF-8 is replaced. */
  readonly stdout: string
  readonly stderr: string
}

/** A program to run, alone in a fresh sandbox. */
export interface PythonProgram {
  readonly source: string
  readonly stdin: string
  /** Files of the working folder. */
  readonly files: Files
  /** Wall-clock limit, milliseconds. */
  readonly wallMs: number
}

/** Runs a program in a sandbox, never in this process. Rejects where the sandbox itself fails. */
export type RunPython = (program: PythonProgram, signal: AbortSignal) => Promise<PythonRun>

/** Code to be judged. */
export interface Candidate {
  readonly source: string
  /** Name of the source in messages, such as `<string>` or `solution.py`. */
  readonly file: string
  /** Files of its working folder, which it may import. */
  readonly files: Files
}

/** Tests that call functions of the candidate. */
export interface CodeSuite {
  readonly kind: 'code'
  /** Python code that runs before every test, such as imports. */
  readonly setup: string
  /** Names in the tests, and the functions of the candidate that they represent. Other unknown names represent functions of the same name. */
  readonly bind: Readonly<Record<string, string>>
  /** Python code of each test: it fails where it raises. */
  readonly tests: readonly string[]
  /** Seconds that the candidate has for one test. */
  readonly limitSeconds: number
}

/** Tests that give a program an input and compare its output. */
export interface StdinSuite {
  readonly kind: 'stdin'
  readonly tests: readonly { readonly input: string; readonly output: string }[]
  readonly limitSeconds: number
}

/** Tests of one task, of either kind. */
export type Suite = CodeSuite | StdinSuite

/** `split`: expected values are never where the candidate runs. `inline`: test and candidate share a process. */
export type JudgeName = 'split' | 'inline'

/** Result of one test. Only `passed` counts; everything unclear is an error. */
export interface TestOutcome {
  readonly status: 'passed' | 'failed' | 'error' | 'timeout'
  /** Type of the exception, such as `ValueError`; empty where there is none. */
  readonly type: string
  readonly message: string
  /** What a failed comparison compared, expected value included: for tests that the agent may see. */
  readonly detail?: string
  /** True where an argument or a result is something other than plain data, so that `split` cannot judge the test. */
  readonly isUnplain?: boolean
}

/** Results in the order of the tests. */
export interface Verdict {
  readonly judge: JudgeName
  readonly outcomes: readonly TestOutcome[]
}

export const PASSED: TestOutcome = Object.freeze({ status: 'passed', type: '', message: '' })

/** An outcome that is not an exception's. */
export const outcomeOf = (status: 'failed' | 'error' | 'timeout', message: string): TestOutcome => ({
  status,
  type: '',
  message,
})
