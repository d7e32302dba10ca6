import { configInvalid, Fields, kindOf } from '../fields.ts'
import type { Column } from '../measures.ts'
import { CEILING_FIELDS, type Ceiling, ceiling, readCeiling } from './ceiling.ts'
import { CLIP_FIELDS, type Clip, clip, readClip } from './clip.ts'
import { DELTA_FIELDS, type Delta, delta, readDelta } from './delta.ts'
import { FIRST_VISIT_FIELDS, type FirstVisit, firstVisit, readFirstVisit } from './first-visit.ts'
import { LOG_SIGMOID_FIELDS, type LogSigmoid, logSigmoid, readLogSigmoid } from './log-sigmoid.ts'
import { POTENTIAL_FIELDS, type Potential, potential, readPotential } from './potential.ts'
import { readSigmoid, SIGMOID_FIELDS, type Sigmoid, sigmoid } from './sigmoid.ts'
import { readWindow, WINDOW_FIELDS, type Window, windowed } from './window.ts'
import { readZScore, Z_SCORE_FIELDS, type ZScore, zScore } from './z-score.ts'

/** What is done to the values of a term before they are weighted. */
export type Transform = Clip | Ceiling | Delta | Potential | FirstVisit | Sigmoid | LogSigmoid | ZScore | Window

export const TRANSFORMS = [
  'clip',
  'ceiling',
  'delta',
  'potential',
  'first-visit',
  'sigmoid',
  'log-sigmoid',
  'z-score',
  'window',
] as const

/** Those that look along the steps of a trajectory, and mean nothing for one value of the whole. */
const ALONG_STEPS: readonly Transform['kind'][] = ['delta', 'potential', 'first-visit', 'window']

/**
 * @param areSteps whether the values are those of steps.
 * @throws GymError CONFIG_INVALID
 */
export function parseTransform(path: string, json: unknown, areSteps: boolean): Transform {
  const kind = kindOf(path, json, TRANSFORMS)
  if (!areSteps && ALONG_STEPS.includes(kind))
    throw configInvalid(`${path}: ${kind} looks along steps, and this is one value of the whole trajectory`)
  const fieldsOf = (known: readonly string[]): Fields => new Fields(path, json, known)
  switch (kind) {
    case 'clip':
      return readClip(fieldsOf(CLIP_FIELDS))
    case 'ceiling':
      return readCeiling(fieldsOf(CEILING_FIELDS))
    case 'delta':
      return readDelta(fieldsOf(DELTA_FIELDS))
    case 'potential':
      return readPotential(fieldsOf(POTENTIAL_FIELDS))
    case 'first-visit':
      return readFirstVisit(fieldsOf(FIRST_VISIT_FIELDS))
    case 'sigmoid':
      return readSigmoid(fieldsOf(SIGMOID_FIELDS))
    case 'log-sigmoid':
      return readLogSigmoid(fieldsOf(LOG_SIGMOID_FIELDS))
    case 'z-score':
      return readZScore(fieldsOf(Z_SCORE_FIELDS))
    case 'window':
      return readWindow(fieldsOf(WINDOW_FIELDS))
  }
}

export function applyTransform(columns: readonly Column[], transform: Transform): readonly Column[] {
  switch (transform.kind) {
    case 'clip':
      return clip(transform, columns)
    case 'ceiling':
      return ceiling(transform, columns)
    case 'delta':
      return delta(columns)
    case 'potential':
      return potential(transform, columns)
    case 'first-visit':
      return firstVisit(transform, columns)
    case 'sigmoid':
      return sigmoid(transform, columns)
    case 'log-sigmoid':
      return logSigmoid(transform, columns)
    case 'z-score':
      return zScore(transform, columns)
    case 'window':
      return windowed(transform, columns)
  }
}
