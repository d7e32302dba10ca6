import type { Fields } from '../fields.ts'
import type { Column } from '../measures.ts'
import { against, type Reference, readReference } from './reference.ts'

/**
 * log sigmoid(x - reference) (arXiv 2402.00742): never above 0, and falling ever faster below the reference. Terms add
 * up, and a sum of these is the logarithm of a product of probabilities: of doing better than every reference at once
 * (the paper's AND), which no single signal can buy with excess in another.
 */
export interface LogSigmoid {
  readonly kind: 'log-sigmoid'
  readonly reference: Reference
}

export const LOG_SIGMOID_FIELDS = ['kind', 'reference']

export const readLogSigmoid = (fields: Fields): LogSigmoid => ({
  kind: 'log-sigmoid',
  reference: readReference(fields, 'reference'),
})

export const logSigmoid = ({ reference }: LogSigmoid, columns: readonly Column[]): readonly Column[] =>
  against(columns, [reference], (value, [other = 0]) => logSigmoidOf(value - other))

/** min(x, 0) - log(1 + exp(-|x|)), exact on both sides. */
const logSigmoidOf = (x: number): number => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)))
