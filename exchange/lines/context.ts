import type { Json, JsonObject } from '../../core/data/types.ts'
import type { RunAdvantages } from '../advantages.ts'
import { type Dialogue, dialogueOf } from '../dialogue.ts'
import type { TaskSettings } from '../settings.ts'
import type { Survey } from '../survey.ts'
import type { Whole } from '../trajectories.ts'

/** What the rows of a format are made with. */
export interface LineContext {
  readonly survey: Survey
  readonly credit: RunAdvantages
  readonly settings: TaskSettings
  /** Signals that trajectories, or steps, are judged by: one or, for pairs, several in order of importance. */
  readonly scores: readonly string[]
  /** Margins of several scores, in deviations. */
  readonly sigmas: readonly number[]
  /** Least value of a step that is labelled true; null for labels that are numbers. */
  readonly threshold: number | null
  /** Whether some steps are not learnt from. */
  readonly hasMask: boolean
  /** Least score of a trajectory, null for any. */
  readonly minScore: number | null
  readonly pairs: 'trajectory' | 'step'
  /** Without the field `stepgym`. */
  readonly isBare: boolean
  /** Id of the run, and the version of stepgym that made it. */
  readonly run: string
  readonly stepgym: string
}

/** The lines that a family of trajectories leads to. */
export type RowsOf = (family: readonly Whole[], context: LineContext) => Promise<readonly JsonObject[]>

/** A format of which every trajectory is one line, or none. */
export const linePerTrajectory =
  (line: (whole: Whole, dialogue: Dialogue, context: LineContext) => JsonObject | null): RowsOf =>
  async (family, context) => {
    const lines: JsonObject[] = []
    for (const whole of family) {
      const row = line(whole, await dialogueIn(whole, context), context)
      if (row !== null) lines.push(row)
    }
    return lines
  }

export const dialogueIn = async (whole: Whole, { settings }: LineContext): Promise<Dialogue> =>
  dialogueOf(whole, await settings.of(whole.trajectory.taskId))

/** Tools are left out where there are none: OpenAI refuses an empty list. */
export const toolsField = (tools: readonly Json[]): JsonObject => (tools.length === 0 ? {} : { tools })
