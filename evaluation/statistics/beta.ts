/**
 * Regularised incomplete beta function I_x(a, b), to about 1e-12: continued fraction by Lentz's method (Press et al.,
 * "Numerical Recipes", 3rd ed., 6.4; DiDonato & Morris 1992 for its convergence).
 * @param x From 0 to 1.
 * @param a Above 0.
 * @param b Above 0.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b))
  if (x < (a + 1) / (a + b + 2)) return (front * fraction(x, a, b)) / a
  return 1 - (front * fraction(1 - x, b, a)) / b
}

const TINY = 1e-300

function fraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1))
  let h = d
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / notZero(1 + even * d)
    c = notZero(1 + even / c)
    h *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / notZero(1 + odd * d)
    c = notZero(1 + odd / c)
    h *= d * c
    if (Math.abs(d * c - 1) < 1e-14) break
  }
  return h
}

const notZero = (value: number): number => (Math.abs(value) < TINY ? TINY : value)

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const

/** Natural logarithm of the gamma function, of a number above 0 (Lanczos, g = 7, n = 9). */
export function logGamma(value: number): number {
  if (value < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * value)) - logGamma(1 - value)
  const z = value - 1
  const t = z + 7.5
  const series = LANCZOS.reduce<number>(
    (sum, coefficient, i) => (i === 0 ? coefficient : sum + coefficient / (z + i)),
    0,
  )
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(series)
}

/** The argument in [low, high] where a rising function reaches a value, by bisection. */
export function inverseOf(rising: (at: number) => number, value: number, low: number, high: number): number {
  let [from, to] = [low, high]
  for (let round = 0; round < 200 && from < to; round++) {
    const middle = (from + to) / 2
    if (middle === from || middle === to) break
    if (rising(middle) < value) from = middle
    else to = middle
  }
  return (from + to) / 2
}
