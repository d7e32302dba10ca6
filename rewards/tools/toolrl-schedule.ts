import { pythonStrip } from '../../core/cpython/text.ts'
import { callScore, type ToolRlMatching, toolRlFormat } from './toolrl.ts'

/** ToolRL's switches; all off in its scripts. */
export interface ToolRlSwitches extends Omit<ToolRlMatching, 'highest' | 'lowest'> {
  /** CORRECTMAX1: correctness from -1 to 1. */
  readonly unitCorrectness?: boolean
  /** SCHEDULEREWARD: over 150 steps the range of the form narrows and that of correctness widens. */
  readonly scheduled?: boolean
  /** MAX1STEP30MAX3: correctness counts a third before step 30, the form half from it on. */
  readonly twoStage?: boolean
  /** WITHLENGTH: longer thoughts earn more. */
  readonly withLength?: boolean
  /** SCHEDULELENGTH: their target grows with the steps. */
  readonly scheduledLength?: boolean
}

/** Least and most of a part of the score. */
type Range = readonly [least: number, most: number]

const SCHEDULE_STEPS = 150
const STAGE_STEP = 30

function formatRange(step: number, { twoStage, scheduled }: ToolRlSwitches): Range {
  const scale = twoStage && step >= STAGE_STEP ? 2 : 1
  const [least, most] = [0 / scale, 1 / scale]
  if (!scheduled) return [least, most]
  const rising = -2 + ((2 + least) * step) / SCHEDULE_STEPS
  return [Math.min(rising, -1), Math.max(2 - ((2 - most) * step) / SCHEDULE_STEPS, 1)]
}

function correctnessRange(step: number, { unitCorrectness, twoStage, scheduled }: ToolRlSwitches): Range {
  const scale = twoStage && step < STAGE_STEP ? 3 : 1
  const bound = (unitCorrectness ? 1 : 3) / scale
  if (!scheduled) return [-bound, bound]
  const most = Math.min(((bound - 2) * step) / SCHEDULE_STEPS + 2, 3)
  return [Math.max(((-bound + 2) * step) / SCHEDULE_STEPS - 2, -3), most]
}

/** Words of the last thought over 512, or over a target that grows to 640 at step 105, in hundredths; at most 1. */
export function thoughtLength(response: string, step: number, isScheduled: boolean): number {
  if (!response.includes('<think>') || !response.includes('</think>')) return 0
  const target = isScheduled ? ((640 - 384) * step) / 105 + 384 : 512
  const thought = response.split('<think>').at(-1)?.split('</think>')[0] ?? ''
  const words = thought.split(/\s+/).filter((word) => word !== '')
  return Math.min(hundredths(words.length / target), 1)
}

/** Rounded to hundredths as Python does: halves that are exact go to the even digit. */
function hundredths(value: number): number {
  const isTie = Number.isInteger(value * 8) && (value * 8) % 2 !== 0
  const below = Math.floor(value * 100)
  return isTie ? (below % 2 === 0 ? below : below + 1) / 100 : Number(value.toFixed(2))
}

/** ToolRL's score of an answer and its parts. */
export interface ScheduledScore {
  readonly score: number
  readonly format: number
  readonly correctness: number
  readonly length: number
}

/**
 * ToolRL's reward of an answer at a training step under its switches (arXiv 2504.13958; qiancheng0/ToolRL `rlla.py:
 * compute_score`). Under the schedule a wrong form costs from -2 to -1, without it nothing.
 * @param wanted the answer as it should be; its calls must be readable
 */
export function scheduledScore(answer: string, wanted: string, step: number, switches: ToolRlSwitches): ScheduledScore {
  const response = pythonStrip(answer)
  const [leastFormat, mostFormat] = formatRange(step, switches)
  const [lowest, highest] = correctnessRange(step, switches)
  const format = toolRlFormat(response, wanted) === 1 ? mostFormat : leastFormat
  const correctness = callScore(response, wanted, { ...switches, lowest, highest })
  const length = switches.withLength ? thoughtLength(response, step, switches.scheduledLength ?? false) : 0
  return { score: format + correctness + length, format, correctness, length }
}
