import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { passAtK } from '../../rewards/pass-at-k.ts'

/** Share of the choices of k of n samples that hold one of the first c, all counted. */
function counted(n: number, c: number, k: number): number {
  let [all, good] = [0, 0]
  for (let choice = 0; choice < 2 ** n; choice++) {
    const chosen = Array.from({ length: n }, (_, at) => at).filter((at) => (choice >> at) & 1)
    if (chosen.length !== k) continue
    all++
    if (chosen.some((at) => at < c)) good++
  }
  return good / all
}

describe('pass@k', () => {
  it('is the share of all choices of k samples that hold one that passes', () => {
    for (let n = 1; n <= 7; n++)
      for (let c = 0; c <= n; c++)
        for (let k = 1; k <= n; k++) expect(passAtK(n, c, k)).toBeCloseTo(counted(n, c, k), 12)
  })

  it('is from 0 to 1, grows with what passes and with k, and is c / n for one sample', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 400 }), fc.nat(), fc.nat(), (n, a, b) => {
        const [c, k] = [a % n, 1 + (b % (n - 1))]
        expect(passAtK(n, c, k)).toBeGreaterThanOrEqual(0)
        expect(passAtK(n, c + 1, k)).toBeGreaterThanOrEqual(passAtK(n, c, k))
        expect(passAtK(n, c, k + 1)).toBeGreaterThanOrEqual(passAtK(n, c, k) - 1e-12)
        expect(passAtK(n, c, 1)).toBeCloseTo(c / n, 12)
      }),
    )
  })

  it.each([
    [0, 0, 1],
    [5, 6, 1],
    [5, -1, 1],
    [5, 1, 0],
    [5, 1, 6],
    [5, 1.5, 2],
    [5, 1, Number.NaN],
  ])('refuses %d samples, %d passed, k = %d', (n, c, k) => {
    expect(() => passAtK(n, c, k)).toThrow(/pass@k: \w+ is a whole number from/)
  })
})
