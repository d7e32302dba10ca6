import { configInvalid, Fields, invalidField, kindOf } from './fields.ts'

/**
 * A factor of a term's weight over the progress of training, a clock from 0 to 1 that the trainer sends. `linear` and
 * `cosine` go from one factor to the other between two times and hold them outside (annealing, ramps); `step` holds
 * each stage's factor until the next begins (stage switch, curriculum).
 */
export type Schedule = Ramp | Stages

export interface Ramp {
  readonly kind: 'linear' | 'cosine'
  readonly from: number
  readonly to: number
  /** @default 0 */
  readonly begin?: number
  /** @default 1 */
  readonly end?: number
}

export interface Stages {
  readonly kind: 'step'
  /** In order of time, the first from 0. */
  readonly stages: readonly Stage[]
}

interface Stage {
  readonly at: number
  readonly factor: number
}

export const SCHEDULES = ['linear', 'cosine', 'step'] as const

/** @throws GymError CONFIG_INVALID */
export function parseSchedule(path: string, json: unknown): Schedule {
  const kind = kindOf(path, json, SCHEDULES)
  return kind === 'step' ? parseStages(path, json) : parseRamp(path, json, kind)
}

function parseRamp(path: string, json: unknown, kind: Ramp['kind']): Ramp {
  const fields = new Fields(path, json, ['kind', 'from', 'to', 'begin', 'end'])
  const begin = fields.has('begin') ? fields.numberWithin('begin', 0, 1) : 0
  const end = fields.has('end') ? fields.numberWithin('end', 0, 1) : 1
  if (begin >= end) throw configInvalid(`${path}: begin ${begin} is not before end ${end}`)
  const span = { ...(fields.has('begin') && { begin }), ...(fields.has('end') && { end }) }
  return { kind, from: fields.number('from'), to: fields.number('to'), ...span }
}

function parseStages(path: string, json: unknown): Stages {
  const fields = new Fields(path, json, ['kind', 'stages'])
  const stages = fields.list('stages').map((stage, at) => parseStage(`${fields.path('stages')}[${at}]`, stage))
  if (stages[0]?.at !== 0) throw invalidField(`${path}.stages[0].at`, '0', stages[0]?.at)
  const late = stages.findIndex(({ at }, index) => index > 0 && at <= (stages[index - 1]?.at ?? 0))
  if (late !== -1) throw configInvalid(`${path}.stages[${late}].at is not after that of the stage before`)
  return { kind: 'step', stages }
}

function parseStage(path: string, json: unknown): Stage {
  const fields = new Fields(path, json, ['at', 'factor'])
  return { at: fields.numberWithin('at', 0, 1), factor: fields.number('factor') }
}

/** @param progress from 0 to 1. */
export function factorAt(schedule: Schedule, progress: number): number {
  if (schedule.kind === 'step') return schedule.stages.findLast(({ at }) => at <= progress)?.factor ?? 0
  const { kind, from, to, begin = 0, end = 1 } = schedule
  const share = Math.min(Math.max((progress - begin) / (end - begin), 0), 1)
  const gone = kind === 'linear' ? share : (1 - Math.cos(Math.PI * share)) / 2
  return from * (1 - gone) + to * gone
}
