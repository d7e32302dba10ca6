import { GymError } from '../core/data/errors.ts'

/**
 * Unbiased estimate of pass@k: the probability that at least one of k samples passes, from n samples of which c pass
 * (Chen et al., "Evaluating Large Language Models Trained on Code", 2021, equation 1):
 * 1 - prod_{i = n-c+1..n} (1 - k / i), and 1 where fewer than k samples fail.
 * @param samples n, a whole number from 1
 * @param passed c, from 0 to n
 * @param k from 1 to n
 * @throws GymError CONFIG_INVALID
 */
export function passAtK(samples: number, passed: number, k: number): number {
  expectWhole('samples', samples, 1, Number.MAX_SAFE_INTEGER)
  expectWhole('passed', passed, 0, samples)
  expectWhole('k', k, 1, samples)
  if (samples - passed < k) return 1
  let fail = 1
  for (let i = samples - passed + 1; i <= samples; i++) fail *= 1 - k / i
  return 1 - fail
}

function expectWhole(name: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return
  throw new GymError('CONFIG_INVALID', `pass@k: ${name} is a whole number from ${least} to ${most}, not ${value}`)
}
