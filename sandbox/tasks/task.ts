import { GymError } from '../../core/data/errors.ts'
import type { JudgeName, Suite } from '../judge/types.ts'

/** Files by path: text. */
export type TextFiles = Readonly<Record<string, string>>

/** Something to program, with the tests that decide. */
export interface CodeTask {
  /** Says nothing of the tests or the solution. */
  readonly id: string
  /** What the agent is asked to do. */
  readonly statement: string
  /** File that the tests load. */
  readonly entry: string
  /** Workspace at the start. */
  readonly files: TextFiles
  readonly suite: Suite
  /** The first tests of the suite that the agent may run and see; the others are hidden. */
  readonly publicTests: number
  /** `inline` where arguments or results of the tests are other than plain data. */
  readonly judge: JudgeName
  /** A workspace that passes every test; null where none is known. */
  readonly reference: TextFiles | null
  /** Parts of a generated task, for the expert. */
  readonly parts?: readonly TaskPart[]
}

/** A function of a generated task. */
export interface TaskPart {
  readonly name: string
  /** Python source that is right, and others that are wrong. */
  readonly source: string
  readonly mutants: readonly string[]
  /** Positions of the tests that need it. */
  readonly tests: readonly number[]
}

/** Tasks by split, in their order. */
export type TaskFiles = Readonly<Record<string, readonly CodeTask[]>>

/** Texts of the public tests, as the agent reads them. */
export const shownTests = ({ suite, publicTests }: CodeTask): readonly string[] =>
  suite.kind === 'code'
    ? suite.tests.slice(0, publicTests)
    : suite.tests.slice(0, publicTests).map(({ input, output }) => `input:\n${input}\noutput:\n${output}`)

/** Error of a file of tasks. */
export const tasksInvalid = (where: string, what: string): GymError =>
  new GymError('CONFIG_INVALID', `tasks, ${where}: ${what}`)
