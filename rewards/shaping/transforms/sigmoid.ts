import type { Fields } from '../fields.ts'
import type { Column } from '../measures.ts'
import { against, type Reference, readReferences } from './reference.ts'

/**
 * Preference As Reward (PAR, arXiv 2502.18770): the mean over references of sigmoid(x - reference), within 0 and 1, steep
 * near a reference and flat far above it, where reward models are wrong. `references` are scores of reference answers.
 */
export interface Sigmoid {
  readonly kind: 'sigmoid'
  readonly references: readonly Reference[]
}

export const SIGMOID_FIELDS = ['kind', 'references']

export const readSigmoid = (fields: Fields): Sigmoid => ({
  kind: 'sigmoid',
  references: readReferences(fields, 'references'),
})

export const sigmoid = ({ references }: Sigmoid, columns: readonly Column[]): readonly Column[] =>
  against(
    columns,
    references,
    (value, others) => others.reduce((sum, other) => sum + sigmoidOf(value - other), 0) / others.length,
  )

/** 1 / (1 + exp(-x)) without overflow. */
const sigmoidOf = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))
