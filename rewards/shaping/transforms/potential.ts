import type { Fields } from '../fields.ts'
import { type Column, changed } from '../measures.ts'

/**
 * Potential-based shaping F = gamma Phi(s') - Phi(s) (Ng, Harada, Russell 1999), the signal being the potential. The
 * state after the last step has the potential 0, whether the rules or a limit ended the trajectory (Grzes 2017), so
 * that with the gamma of the returns every return from s_0 shifts by -Phi(s_0), and no policy gains on another.
 */
export interface Potential {
  readonly kind: 'potential'
  /** That of the returns it is added to. */
  readonly gamma: number
  /** Whether a step's signal is the potential of the state it was taken in, or of the state it led to. */
  readonly of: 'before' | 'after'
  /** Phi(s_0), which signals about what steps led to do not include. @default 0 */
  readonly start?: number
}

export const POTENTIAL_FIELDS = ['kind', 'gamma', 'of', 'start']

export function readPotential(fields: Fields): Potential {
  const of = fields.oneOf('of', ['before', 'after'])
  if (of === 'before') fields.refuse('start', 'the potential before the first step gives it')
  return {
    kind: 'potential',
    gamma: fields.numberWithin('gamma', 0, 1),
    of,
    ...(fields.has('start') && { start: fields.number('start') }),
  }
}

export const potential = (spec: Potential, columns: readonly Column[]): readonly Column[] =>
  changed(columns, (values) => {
    const phi = spec.of === 'before' ? values : [spec.start ?? 0, ...values]
    return values.map((_, at) => {
      const here = phi[at] ?? null
      const next = at === values.length - 1 ? 0 : (phi[at + 1] ?? null)
      return here === null || next === null ? null : spec.gamma * next - here
    })
  })
