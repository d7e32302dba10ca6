import type { Fields } from '../fields.ts'
import { type Column, changed } from '../measures.ts'

const FOLDS = {
  mean: (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length,
  min: (values: readonly number[]): number => values.reduce((least, value) => Math.min(least, value)),
  max: (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value)),
  last: (values: readonly number[]): number => values.at(-1) ?? Number.NaN,
} as const

/**
 * Values of steps over windows: a step has the mean, least, greatest or last of its own and the next values, `size` in
 * all, or as many as there are. With size 2 and `last`, an error that the next step corrects is forgiven; HRM (arXiv
 * 2503.13551) scores pairs of steps (t, t + 1) for it. With `apart` windows do not overlap: neighbours are merged, and
 * each step of a unit has its value.
 */
export interface Window {
  readonly kind: 'window'
  /** At least 2. */
  readonly size: number
  readonly by: keyof typeof FOLDS
  /** @default false */
  readonly apart?: boolean
}

export const WINDOW_FIELDS = ['kind', 'size', 'by', 'apart']

/** @throws GymError CONFIG_INVALID */
export const readWindow = (fields: Fields): Window => ({
  kind: 'window',
  size: fields.countFrom('size', 2),
  by: fields.oneOf('by', ['mean', 'min', 'max', 'last']),
  ...(fields.has('apart') && { apart: fields.flag('apart') }),
})

/** A value is known where all of its window are. */
export const windowed = ({ size, by, apart = false }: Window, columns: readonly Column[]): readonly Column[] =>
  changed(columns, (values) =>
    values.map((_, at) => {
      const from = apart ? at - (at % size) : at
      const within = values.slice(from, from + size)
      const known = within.filter((value) => value !== null)
      return known.length === within.length ? FOLDS[by](known) : null
    }),
  )
