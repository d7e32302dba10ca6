import type { Fields } from '../fields.ts'
import { type Column, eachKnown } from '../measures.ts'

/**
 * min(x, at) - at, the Clip mechanism of arXiv 2410.15115: nothing above 0, so that no number of steps earns more than
 * none does, and repeating good steps earns nothing.
 */
export interface Ceiling {
  readonly kind: 'ceiling'
  readonly at: number
}

export const CEILING_FIELDS = ['kind', 'at']

export const readCeiling = (fields: Fields): Ceiling => ({ kind: 'ceiling', at: fields.number('at') })

export const ceiling = ({ at }: Ceiling, columns: readonly Column[]): readonly Column[] =>
  eachKnown(columns, (value) => Math.min(value, at) - at)
