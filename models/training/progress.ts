import { momentsOf } from '../graph/adamw.ts'
import type { WeightSpecs, Weights } from '../weights/weights.ts'

/** What a trainer has learnt so far: another one continues from it exactly. */
export interface Progress {
  readonly weights: Weights
  /** First and second moments of AdamW, by the names of `momentsOf`. */
  readonly moments: Weights
  /** Updates so far. */
  readonly steps: number
}

/** Whether it is progress, whose `steps` is a number, and not weights. */
export const isProgress = (start: Weights | Progress): start is Progress => typeof start.steps === 'number'

/** Weights before the first update: all moments are 0. */
export const beginning = (weights: Weights): Progress => ({
  weights,
  moments: Object.fromEntries(
    Object.entries(weights).flatMap(([name, { shape, data }]) =>
      momentsOf(name).map((moment) => [moment, { shape, data: new Float32Array(data.length) }] as const),
    ),
  ),
  steps: 0,
})

/** The moments of a network's weights: as many of each, and of their shapes. */
export const momentSpecs = (specs: WeightSpecs): WeightSpecs =>
  Object.fromEntries(
    Object.entries(specs).flatMap(([name, { shape }]) =>
      momentsOf(name).map((moment) => [moment, { shape, init: { constant: 0 } }] as const),
    ),
  )
