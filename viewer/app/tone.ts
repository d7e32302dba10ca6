/** Shares of the usual size of a number from which its shade is darker. */
const LEVELS = [0.12, 0.5, 1, 1.8] as const

/** Shade of an advantage: `n4` (much worse) to `n1`, `z` (about nothing), `p1` to `p4` (much better). @param rms usual size */
export function toneOf(value: number, rms: number | null): string {
  const size = Math.abs(value) / (rms || 1)
  const level = LEVELS.filter((least) => size >= least).length
  if (level === 0) return 'z'
  return `${value > 0 ? 'p' : 'n'}${level}`
}

const VALUE_LEVELS = 5

/** Shade of a value between the least and the largest of those beside it: `v0` to `v5`; null for none. */
export function valueTone(value: number | null, [low, high]: readonly [number, number]): string | null {
  if (value === null) return null
  const share = high === low ? 1 : (value - low) / (high - low)
  return `v${Math.round(VALUE_LEVELS * Math.min(1, Math.max(0, share)))}`
}
