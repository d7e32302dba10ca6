import type { Step } from '../data/types.ts'
import type { GroupJudgements, ProcessJudgements } from './hook.ts'

/** Judgements of a batch as they are declared to be. @throws Error where they are not, or do not fit the steps. */
export function alignedWithSteps(judged: ProcessJudgements, steps: readonly Step[]): ProcessJudgements {
  const { perStep, perToken } = membersOf<ProcessJudgements>(judged)
  if (!isList(perStep)) throw new Error('its result is no { perStep: [...] }')
  if (perStep.length !== steps.length) throw new Error(`it judged ${perStep.length} of ${steps.length} steps`)
  if (perToken === undefined) return judged
  if (!isList(perToken) || perToken.length !== steps.length || !perToken.every(isListOrNull))
    throw new Error('its perToken is not one list or null a step')
  return judged
}

/**
 * Judgements of a group as they are declared to be, of whatever length.
 * @throws Error where they are no judgements of trajectories or steps.
 */
export function shapedAsGroup(judged: GroupJudgements): GroupJudgements {
  const { perTrajectory, perStep } = membersOf<{ perTrajectory: unknown; perStep: unknown }>(judged)
  if (isList(perTrajectory) || (perTrajectory === undefined && isList(perStep) && perStep.every(isList))) return judged
  throw new Error('its result is no { perTrajectory: [...] } and no { perStep: [[...], ...] }')
}

const membersOf = <T>(value: unknown): { readonly [K in keyof T]?: unknown } =>
  typeof value === 'object' && value !== null ? value : {}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)
const isListOrNull = (value: unknown): boolean => value === null || isList(value)
