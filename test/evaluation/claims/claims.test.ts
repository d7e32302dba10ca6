import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Claim, type ClaimResult, claims } from '../../../evaluation/claims/kit/claim.ts'
import { claimsReport } from '../../../evaluation/claims/kit/report.ts'
import { runClaims } from '../../../evaluation/claims/kit/run.ts'
import { type Condition, type Figure, type Verdict, verdictOf } from '../../../evaluation/claims/kit/verdict.ts'
import { IS_LONG, share } from '../../support/long.ts'

const page = readFileSync(new URL('../../../docs/research/results/claims.md', import.meta.url), 'utf8')

const catalog = claims()
const all = await Promise.all(catalog.names().map((name) => catalog.load(name)))

/** A figure that a condition confirms, refutes or cannot decide. */
function planted({ figure, is, bound }: Condition, verdict: Verdict): Figure {
  const [side, beyond] = is === 'above' ? [1, bound] : is === 'below' ? [-1, bound] : [0, 0]
  if (verdict === 'undecided') {
    const edge = is === 'within' ? bound : beyond
    return { name: figure, estimate: { value: edge, low: edge - 1, high: edge + 1 } }
  }
  const value =
    is === 'within'
      ? verdict === 'confirmed'
        ? 0
        : bound + 2
      : verdict === 'confirmed'
        ? beyond + side
        : beyond - side
  return { name: figure, estimate: { value, low: value, high: value } }
}

const allBut = ({ conditions }: Claim, last: Verdict): readonly Figure[] =>
  conditions.map((condition, at) => planted(condition, at === conditions.length - 1 ? last : 'confirmed'))

const holdsAt = ({ is, bound }: Condition, value: number): boolean =>
  is === 'above' ? value > bound : is === 'below' ? value < bound : Math.abs(value) <= bound

/** By definition: a condition holds over its whole interval, nowhere in it, or in a part of it. */
function plainVerdict(conditions: readonly Condition[], figures: readonly Figure[]): Verdict {
  const intervals = conditions.map((condition) => {
    const { estimate } = figures.find(({ name }) => name === condition.figure) ?? { estimate: null }
    const { low, high } = estimate ?? { low: -Infinity, high: Infinity }
    const nearest = Math.min(Math.max(0, low), high)
    const best = { above: high, below: low, within: nearest }[condition.is]
    const everywhere = estimate !== null && holdsAt(condition, low) && holdsAt(condition, high)
    return { everywhere, nowhere: estimate !== null && !holdsAt(condition, best) }
  })
  if (intervals.some(({ nowhere }) => nowhere)) return 'refuted'
  return intervals.every(({ everywhere }) => everywhere) ? 'confirmed' : 'undecided'
}

describe('the verdict on a claim', () => {
  it.each(all)('$name: is confirmed if every figure is on its side', (claim) => {
    expect(verdictOf(claim.conditions, allBut(claim, 'confirmed'))).toBe('confirmed')
  })

  it.each(all)('$name: is refuted if one figure is on the other side', (claim) => {
    expect(verdictOf(claim.conditions, allBut(claim, 'refuted'))).toBe('refuted')
  })

  it.each(all)('$name: is open if one interval holds the bound, or is not known', (claim) => {
    expect(verdictOf(claim.conditions, allBut(claim, 'undecided'))).toBe('undecided')
    const unknown = claim.conditions.map(({ figure }) => ({ name: figure, estimate: null }))
    expect(verdictOf(claim.conditions, unknown)).toBe('undecided')
  })

  it('takes a refuted condition before an open one', () => {
    const conditions: readonly Condition[] = [
      { figure: 'a', is: 'above', bound: 0, says: '' },
      { figure: 'b', is: 'within', bound: 0.5, says: '' },
    ]
    const figures = conditions.map((condition, at) => planted(condition, at === 0 ? 'undecided' : 'refuted'))
    expect(verdictOf(conditions, figures)).toBe('refuted')
  })

  it('names a figure that was not measured', () => {
    expect(() => verdictOf([{ figure: 'gone', is: 'above', bound: 0, says: '' }], [])).toThrow(/figure gone/)
  })
})

/** These take ten seconds together: the slow suite runs them, too. */
const LONG: readonly string[] = ['crbc-anchors', 'hgpo-history', 'one-batch']
const tried = all.filter(({ name }) => share(!LONG.includes(name), true))

let results: readonly ClaimResult[]
beforeAll(async () => {
  results = await runClaims({ effort: 'tiny', only: tried.map(({ name }) => name) })
})

describe('every claim', () => {
  it.each(tried)(
    '$name: is run in a tiny setting, with a figure for every condition, and its verdict follows',
    (claim) => {
      const result = results.find(({ name }) => name === claim.name)
      if (!result) throw new Error(`${claim.name} was not run`)
      expect(result.verdict).toBe(plainVerdict(claim.conditions, result.figures))
      expect(result.beside.map(({ figure }) => figure)).toEqual(claim.beside.map(({ figure }) => figure))
      const names = result.figures.map(({ name }) => name)
      expect(new Set(names).size).toBe(names.length)
      expect(result.figures.some(({ estimate }) => estimate !== null)).toBe(true)
      for (const { estimate } of result.figures) {
        if (estimate === null) continue
        expect(estimate.low).toBeLessThanOrEqual(estimate.value)
        expect(estimate.high).toBeGreaterThanOrEqual(estimate.value)
      }
      expect(result.says).not.toMatch(/undefined|NaN|Infinity/)
    },
  )

  it('says the same twice of the same seed', async () => {
    const once = await runClaims({ effort: 'tiny', only: ['min-form'], seed: 3 })
    expect(await runClaims({ effort: 'tiny', only: ['min-form'], seed: 3 })).toEqual(once)
  })

  it('reports progress, and refuses an unknown claim', async () => {
    const seen: string[] = []
    await runClaims({
      effort: 'tiny',
      only: ['float32-noise'],
      onProgress: (done, total, now) => seen.push(`${done}/${total} ${now}`),
    })
    expect(seen).toEqual(['0/1 float32-noise', '1/1 done'])
    await expect(runClaims({ effort: 'tiny', only: ['float32-nois'] })).rejects.toThrow(/did you mean float32-noise/)
  })
})

/** A number with its interval, a verdict: what another run may find otherwise. */
const NUMBER = String.raw`-?\d+(?:\.\d+)?(?:e-?\d+)?`
const FOUND = new RegExp(String.raw`unknown|${NUMBER} \(${NUMBER} to ${NUMBER}\)|${NUMBER} to ${NUMBER}|${NUMBER}`, 'g')
const formOf = (text: string): string =>
  text
    .replaceAll(FOUND, '#')
    .replaceAll(/\b(confirmed|refuted|undecided)\b/gi, 'VERDICT')
    .replaceAll(/\| # \| (#|-|exact) \|/g, '| # | # |')

describe('docs/research/results/claims.md', () => {
  it('equals the output of the command, except for figures and verdicts', () => {
    const written = claimsReport(results, { command: 'npx stepgym eval claims --out docs/research/results/claims.md' })
    const parts = (text: string): readonly string[] => text.split(/(?<=\n)(?=## )/).map(formOf)
    const [, verdicts = '', ...sections] = parts(written)
    const [, ...others] = parts(page)
    expect(others).toEqual(expect.arrayContaining(sections))
    for (const row of verdicts.split('\n')) expect(others[0]).toContain(row)
    expect(sections).toHaveLength(tried.length)
    if (IS_LONG) expect(formOf(page)).toBe(formOf(written))
  })

  it('has a section and a verdict for every claim there is', () => {
    for (const name of catalog.names()) {
      expect(page).toContain(`\n## ${name}\n`)
      expect(page).toMatch(new RegExp(String.raw`\(#${name}\) \| \*\*(confirmed|refuted|undecided)\*\*`))
    }
  })
})
