import type { Fields } from '../fields.ts'
import { type Column, changed } from '../measures.ts'

/**
 * Guards against pay for going round in circles: a step that takes an action again at an anchor where its trajectory
 * took it before keeps what it is charged, and earns nothing.
 */
export interface FirstVisit {
  readonly kind: 'first-visit'
  /** By name: `state` is a fingerprint of the whole state, `text` the observation. */
  readonly anchor: string
}

export const FIRST_VISIT_FIELDS = ['kind', 'anchor']

export const readFirstVisit = (fields: Fields): FirstVisit => ({ kind: 'first-visit', anchor: fields.text('anchor') })

export const firstVisit = ({ anchor }: FirstVisit, columns: readonly Column[]): readonly Column[] =>
  changed(columns, (values, { subject }) => {
    const isRepeated = subject.repeats(anchor)
    return values.map((value, at) => (value !== null && isRepeated[at] ? Math.min(value, 0) : value))
  })
