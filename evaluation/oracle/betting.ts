/**
 * How much to bet on each value: the predictable plug-in of Waudby-Smith & Ramdas, "Estimating means of bounded random
 * variables by betting", JRSS-B 86 (2024), section 4.2: lambda_t = sqrt(2 log(1 / error) / (n s2_(t-1))), where s2 is
 * the variance of the values before, 1/4 at the start. Each bet is known before its value is; the guarantee needs no
 * more.
 * @param values From 0 to 1, in the order they came.
 * @param planned Largest number of values; the bets are best for this number.
 * @param error Probability of a wrong bound, per side.
 */
export function bets(values: ArrayLike<number>, planned: number, error: number): Float64Array {
  const size = Math.sqrt((2 * Math.log(1 / error)) / planned)
  const all = new Float64Array(values.length)
  let [sum, squares] = [0.5, 0.25]
  for (let t = 0; t < values.length; t++) {
    all[t] = size / Math.sqrt(squares / (t + 1))
    const value = values[t] ?? 0
    sum += value
    squares += (value - sum / (t + 2)) ** 2
  }
  return all
}

/**
 * Share of what may be lost that is put at risk at most, below 1 (the constant c of the paper, which has 1/2 and 3/4).
 * Near 1 the bounds are best where all values are alike: of 64 forks that all fail, the upper bound is 0.062, at 3/4
 * it is 0.073; at a half and half of values it makes no difference.
 */
const MOST_AT_RISK = 0.9

/**
 * The largest wealth, as a logarithm, of a gambler who bets that the mean is above `mean`, starting with 1. If
 * it is not above, the chance that this ever reaches log(1 / error) is at most `error`, whenever one stops looking
 * (Ville's inequality). It falls as `mean` rises.
 */
export function wealthAbove(values: ArrayLike<number>, stakes: Float64Array, mean: number): number {
  const most = MOST_AT_RISK / mean
  let [wealth, best] = [0, 0]
  for (let t = 0; t < values.length; t++) {
    wealth += Math.log1p(Math.min(stakes[t] ?? 0, most) * ((values[t] ?? 0) - mean))
    if (wealth > best) best = wealth
  }
  return best
}

/**
 * Whether values show that their mean is above `mean`, wrong with at most the given probability however often it is
 * asked as values come. Of the values turned round (1 - value) it shows that it is below 1 - `mean`.
 */
export const isAbove = (values: readonly number[], mean: number, planned: number, error: number): boolean =>
  wealthAbove(values, bets(values, planned, error), mean) >= Math.log(1 / error)
