import type { Fields } from '../fields.ts'
import { configInvalid } from '../fields.ts'
import { type Column, eachKnown } from '../measures.ts'

/** Bounds on each value. At least one of the two. */
export interface Clip {
  readonly kind: 'clip'
  readonly low?: number
  readonly high?: number
}

export const CLIP_FIELDS = ['kind', 'low', 'high']

export function readClip(fields: Fields): Clip {
  const low = fields.has('low') ? fields.number('low') : -Infinity
  const high = fields.has('high') ? fields.number('high') : Infinity
  if (!fields.has('low') && !fields.has('high')) throw configInvalid(`${fields.own} needs low, high or both`)
  if (low > high) throw configInvalid(`${fields.path('low')} ${low} is above ${fields.path('high')} ${high}`)
  return { kind: 'clip', ...(fields.has('low') && { low }), ...(fields.has('high') && { high }) }
}

export const clip = ({ low = -Infinity, high = Infinity }: Clip, columns: readonly Column[]): readonly Column[] =>
  eachKnown(columns, (value) => Math.min(Math.max(value, low), high))
