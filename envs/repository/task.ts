import type { Blob } from '../../sandbox/episode/workspace.ts'
import type { PatchTests } from '../../sandbox/judge/swe-bench.ts'
import type { CodeSuite } from '../../sandbox/judge/types.ts'
import type { Mistake } from './python/mutations.ts'

/** Files of a repository by path. */
export type RepositoryFiles = Readonly<Record<string, Blob>>

/** How the hidden tests of a task run. */
export type HiddenTests =
  | {
      /** Calls of functions, by the judge `split`: the code never shares a process with a test. */
      readonly kind: 'calls'
      /** Tests in the order of the ids. */
      readonly suite: CodeSuite
      /** Module that gives the functions under test their names in the tests. */
      readonly facade: string
    }
  | {
      /** Test files, each in a process with the code: what SWE-bench does, and code could forge a result. */
      readonly kind: 'files'
      /** Files that take the place of those of the agent; null for those that are deleted. */
      readonly files: Readonly<Record<string, string | null>>
      /** Test files that run. */
      readonly paths: readonly string[]
      /** Seconds of one test file. */
      readonly limitSeconds: number
    }

/** A mistake that a generator made. */
export interface Fault {
  readonly path: string
  /** Line of the file at the start, from 1: for code that is missing, the line where it belongs. */
  readonly line: number
  readonly kind: Mistake
}

/** A repository with an issue to resolve. */
export interface RepositoryTask {
  /** Says nothing of the tests or the solution. */
  readonly id: string
  readonly statement: string
  /** The repository at the start. */
  readonly files: RepositoryFiles
  /** Ids of the hidden tests. */
  readonly tests: PatchTests
  readonly hidden: HiddenTests
  /** The repository once the issue is resolved; null where it is not known. */
  readonly reference: RepositoryFiles | null
  /** Empty where they are not known. */
  readonly faults: readonly Fault[]
  /** Wrong lines that an expert may write, each in place of a text that its file has once. */
  slips(): readonly Slip[]
}

export interface Slip {
  readonly path: string
  readonly right: string
  readonly wrong: string
}
