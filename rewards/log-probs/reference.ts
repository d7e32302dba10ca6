import { meanOf, sigmoidOf, sumOf } from '../numbers.ts'

/** How log-probabilities of reference tokens become one number. */
export const PROBABILITY_AGGREGATES = ['mean', 'mean-log', 'product', 'geometric-mean'] as const
/** Name of an aggregate of token probabilities. */
export type ProbabilityAggregate = (typeof PROBABILITY_AGGREGATES)[number]

/**
 * RLPR's score of a reference answer (arXiv 2506.18254; OpenBMB/RLPR `prob.py: compute_scoreB`), from the
 * log-probabilities of its tokens: the mean probability, or one of the others; 0 without a token. The release rounds it
 * to bfloat16; this does not.
 */
export function referenceScore(logProbs: readonly number[], aggregate: ProbabilityAggregate): number {
  if (logProbs.length === 0) return 0
  switch (aggregate) {
    case 'mean':
      return meanOf(logProbs.map(Math.exp))
    case 'mean-log':
      return meanOf(logProbs)
    case 'product':
      return Math.exp(sumOf(logProbs))
    case 'geometric-mean':
      return Math.exp(meanOf(logProbs))
  }
}

/** Function of a score, with its numbers, as RLPR names it: `threshold_0`, `sigmoid_6`, `comp_threshold_0.2_sigmoid_6`. */
export type ProbabilityShaping = (score: number) => number

const LEAKY_SLOPE = 0.01
const centred = (x: number, k: number): number => k * (2 * x - 1)
const numbersOf = (name: string): readonly number[] =>
  name
    .split('_')
    .filter((part) => /^-?\d+(\.\d+)?$/.test(part))
    .map(Number)

/**
 * Shaping functions of RLPR by name: `identity`, `one_minus`, `threshold_T` (0 below T), `sigmoid_K`
 * (sigmoid(K (2x - 1)); K 0 is the plain sigmoid), `leaky_T` (a hundredth below T), `comp_threshold_T_F_K` with F
 * `sigmoid`, `sigmoidv2`, `sigmoidv2fixed`, `sigmoidv3` or `tanh`.
 * @returns null for another name
 */
export function probabilityShaping(name: string): ProbabilityShaping | null {
  const [first = Number.NaN, second = Number.NaN] = numbersOf(name)
  if (name === 'identity') return (x) => x
  if (name === 'one_minus') return (x) => 1 - x
  if (Number.isNaN(first)) return null
  if (name.startsWith('threshold_')) return (x) => (x < first ? 0 : x)
  if (name.startsWith('sigmoid_')) return (x) => sigmoidOf(first === 0 ? x : centred(x, first))
  if (name.startsWith('leaky_')) return (x) => (x < first ? LEAKY_SLOPE * x : x)
  return name.startsWith('comp_threshold_') && !Number.isNaN(second) ? compound(name, first, second) : null
}

function compound(name: string, t: number, k: number): ProbabilityShaping | null {
  switch (name.split('_')[3]) {
    case 'sigmoid':
      return (x) => from(t, sigmoidOf(centred(x, k)))
    case 'tanh':
      return (x) => from(t, (Math.tanh(x * k - k / 2) + 1) / 2)
    case 'sigmoidv2':
      return (x) => (x < t ? 0 : sigmoidOf((x - t) * k))
    case 'sigmoidv2fixed':
      return (x) => (x < t ? 0 : (sigmoidOf((x - t) * k) * (1 - t)) / 0.5 - (1 - t - t))
    case 'sigmoidv3':
      return (x) => (x < t ? 0 : sigmoidOf((x - 1) * k) + 0.5)
    default:
      return null
  }
}

const from = (threshold: number, value: number): number => (value < threshold ? 0 : value)

const TAGS = ['<think>', '</think>', '<answer>', '</answer>'] as const

/** RLPR's form: each tag once, and in order; text may follow the last. */
export const hasReasonedForm = (text: string): boolean =>
  TAGS.every((tag) => text.split(tag).length === 2) && /^<think>.*<\/think>.*<answer>.*<\/answer>.*$/s.test(text)

/**
 * RLPR's reward: (1 - c) times the shaped gain over the score without reasoning, plus c times the form; with a c of -1
 * the shaped gain, or -1 where the form is wrong.
 */
export function reasonedReward(gain: number, hasForm: boolean, coefficient: number): number {
  if (coefficient === -1) return hasForm ? gain : -1
  return (1 - coefficient) * gain + coefficient * Number(hasForm)
}
