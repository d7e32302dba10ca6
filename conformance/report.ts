/** A case that did not agree: where and how it differs, or what was thrown instead. */
export type CaseFailure =
  | { readonly case: string; readonly path: string; readonly expected: string; readonly got: string }
  | { readonly case: string; readonly error: string }

/** `cases` = `passed` + `failed`; a record whose case was not run has failed. */
export interface FileReport {
  readonly file: string
  readonly cases: number
  readonly passed: number
  readonly failed: number
  /** The first of them, in order. */
  readonly failures: readonly CaseFailure[]
  /** What is wrong with the run of this file, apart from single cases. */
  readonly problems: readonly string[]
}

/** The problem of a file that no suite has a handler for. */
export const UNKNOWN_FILE = 'no suite has a handler for it'

/** Whether a file was left out because no suite knows its name. */
export const isUnknown = ({ problems }: FileReport): boolean => problems.includes(UNKNOWN_FILE)

export interface VerifyReport {
  readonly files: readonly FileReport[]
  readonly total: { readonly cases: number; readonly passed: number; readonly failed: number }
  /** What is wrong with the run as a whole. */
  readonly problems: readonly string[]
  readonly isVerified: boolean
}

/** Verified is a run of at least one case in which nothing failed and nothing went wrong. */
export function reportOf(files: readonly FileReport[], problems: readonly string[]): VerifyReport {
  const sum = (field: 'cases' | 'passed' | 'failed') => files.reduce((count, file) => count + file[field], 0)
  const total = { cases: sum('cases'), passed: sum('passed'), failed: sum('failed') }
  const all = total.cases === 0 ? [...problems, 'no case was run'] : problems
  const isVerified = total.failed === 0 && all.length === 0 && files.every((file) => file.problems.length === 0)
  return { files, total, problems: all, isVerified }
}
