import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { claims } from '../../../evaluation/claims/kit/claim.ts'
import { claimsReport } from '../../../evaluation/claims/kit/report.ts'
import { runClaims } from '../../../evaluation/claims/kit/run.ts'

const page = readFileSync(new URL('../../../docs/claims.md', import.meta.url), 'utf8')

/** A number with its interval, a verdict: what another run may find otherwise. */
const NUMBER = String.raw`-?\d+(?:\.\d+)?(?:e-?\d+)?`
const FOUND = new RegExp(String.raw`unknown|${NUMBER} \(${NUMBER} to ${NUMBER}\)|${NUMBER} to ${NUMBER}|${NUMBER}`, 'g')
const formOf = (text: string): string =>
  text
    .replaceAll(FOUND, '#')
    .replaceAll(/\b(confirmed|refuted|undecided)\b/gi, 'VERDICT')
    .replaceAll(/\| # \| (#|-|exact) \|/g, '| # | # |')

describe('docs/claims.md', () => {
  it('is what the command writes, but for figures and verdicts', { timeout: 60_000 }, async () => {
    const results = await runClaims({ effort: 'tiny' })
    const written = claimsReport(results, { command: 'npx stepgym eval claims --out docs/claims.md' })
    expect(formOf(page)).toBe(formOf(written))
  })

  it('has a section and a verdict for every claim there is', () => {
    for (const name of claims().names()) {
      expect(page).toContain(`\n## ${name}\n`)
      expect(page).toMatch(new RegExp(String.raw`\(#${name}\) \| \*\*(confirmed|refuted|undecided)\*\*`))
    }
  })
})
