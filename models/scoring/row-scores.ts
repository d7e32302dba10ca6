import { GymError } from '../../core/data/errors.ts'
import type { Span } from '../networks/network.ts'
import type { TensorValues } from '../runtime/messages.ts'
import type { Scored } from './batch-scorer.ts'

/**
 * Log-probabilities of one action, from its row of the output `log_probs`, [B, T].
 * @throws GymError MODEL_FAILED where there are fewer, or numbers that are not log-probabilities.
 */
export function rowScores({ log_probs: result }: TensorValues, { begin, length }: Span, row: number): Scored {
  const [rows = 0, width = 0] = result?.dims ?? []
  if (result?.type !== 'float32' || row >= rows || begin + length > width)
    throw failed('it returned fewer log-probabilities than there are')
  const own = [...result.data.subarray(row * width + begin, row * width + begin + length)]
  const wrong = own.find((value) => !isLogProb(value))
  if (wrong !== undefined) throw failed(`${wrong} is not a log-probability`)
  return { logProbs: own }
}

/** Whether a number can be a log-probability; rounding may lift one a little above 0. */
export const isLogProb = (value: number): boolean => Number.isFinite(value) && value <= ROUNDING
const ROUNDING = 1e-3

const failed = (problem: string): GymError => new GymError('MODEL_FAILED', `scorer: ${problem}`)
