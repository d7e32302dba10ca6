import { GymError } from '../../core/data/errors.ts'
import type { Span } from '../networks/network.ts'
import type { TensorValues } from '../runtime/messages.ts'
import type { Scored } from './batch-scorer.ts'

/**
 * Log-probabilities of one action, from its row of the output `log_probs`, [B, T]. An action whose numbers are not
 * log-probabilities has that problem, and the others have their scores.
 * @throws GymError MODEL_FAILED where there are fewer numbers than actions and tokens.
 */
export function rowScores({ log_probs: result }: TensorValues, { begin, length }: Span, row: number): Scored {
  const [rows = 0, width = 0] = result?.dims ?? []
  if (result?.type !== 'float32' || row >= rows || begin + length > width)
    throw new GymError('MODEL_FAILED', 'scorer: it returned fewer log-probabilities than there are')
  const own = [...result.data.subarray(row * width + begin, row * width + begin + length)]
  const wrong = own.find((value) => !isLogProb(value))
  return wrong === undefined ? { logProbs: own } : { problem: `the model computes ${wrong}, not a log-probability` }
}

/** Whether a number can be a log-probability; rounding may lift one a little above 0. */
export const isLogProb = (value: number): boolean => Number.isFinite(value) && value <= ROUNDING
const ROUNDING = 1e-3
