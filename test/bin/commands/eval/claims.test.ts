import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ClaimResult } from '../../../../evaluation/claims/kit/claim.ts'
import { run, runJson } from '../../../support/command.ts'
import { newFolder } from '../../../support/folder.ts'

const OWN: ClaimResult = {
  name: 'mine',
  claim: 'The moon is made of | cheese',
  source: 'folklore',
  method: 'looking up',
  verdict: 'undecided',
  conditions: [{ figure: 'holes', is: 'above', bound: 3, says: 'it has holes', verdict: 'undecided' }],
  beside: [{ figure: 'smell', is: 'within', bound: 0.5, says: 'it does not smell', verdict: 'confirmed' }],
  figures: [
    { name: 'holes', estimate: { value: 4, low: 2, high: 6.5 } },
    { name: 'smell', estimate: { value: 0, low: 0, high: 0 } },
    { name: 'taste', estimate: null },
  ],
  says: 'It has 4 holes.',
}

/** A folder with a claim of the user's own: plain data, with a function that says what it was asked for. */
function folderWithClaim(): string {
  const folder = newFolder()
  mkdirSync(join(folder, 'evaluation/claims'), { recursive: true })
  const code = `const result = ${JSON.stringify(OWN)}
export default { ...result, run: async ({ effort, seed }) => ({ ...result, says: \`\${effort} \${seed}\` }) }`
  writeFileSync(join(folder, 'evaluation/claims/mine.mjs'), code)
  return folder
}

describe('stepgym eval claims', () => {
  it('tests the claims that are named, of the package and of the user, and prints verdicts', async () => {
    const folder = folderWithClaim()
    const { code, out } = await run(['eval', 'claims', '--quick', '--only', 'float32-noise, mine'], { folder })
    expect(code).toBe(0)
    expect(out).toMatch(/^float32-noise: confirmed\n/)
    expect(out).toContain('mine: undecided\n  The moon is made of | cheese\n  quick 0\n  undecided: it has holes\n')
    expect(out).toContain('beside, confirmed: it does not smell')
    expect(out).toMatch(/runs\/claims\.md\n$/)
  })

  it('writes a page with all figures, and the command that writes it again', async () => {
    const folder = folderWithClaim()
    await run(['eval', 'claims', '--only', 'mine', '--seed', '7', '--out', 'pages/claims.md'], { folder })
    const page = readFileSync(join(folder, 'pages/claims.md'), 'utf8')
    expect(page).toContain('npx stepgym eval claims --only mine --seed 7 --out pages/claims.md')
    expect(page).toContain('| [The moon is made of \\| cheese](#mine) | **undecided** | full 7 |')
    expect(page).toContain('| it has holes | holes | above 3 | 4 (2 to 6.50) | undecided |')
    expect(page).toContain('| it does not smell | smell | within ±0.5 | 0 | confirmed |')
    expect(page).toMatch(/\| holes \| 4 \| 2 to 6\.50 \|\n\| smell \| 0 \| exact \|\n\| taste \| unknown \| - \|\n/)
  })

  it('prints results as JSON', async () => {
    const folder = folderWithClaim()
    const { code, json } = await runJson(['eval', 'claims', '--quick', '--only', 'mine'], { folder })
    expect(code).toBe(0)
    expect(json).toEqual([{ ...OWN, says: 'quick 0' }])
  })

  it('names claims that there are if one is not', async () => {
    const { code, err } = await run(['eval', 'claims', '--only', 'turn-indx'], { folder: newFolder() })
    expect(code).toBe(1)
    expect(err).toMatch(/CONFIG_INVALID.*no claim "turn-indx": did you mean turn-index/)
  })
})
