import { describe, expect, it } from 'vitest'
import { comparisonFiles } from '../../../evaluation/comparison/report/write.ts'
import { runWith, SMALL_PLAN } from './samples.ts'

const FRAME = {
  command: 'npx stepgym compare',
  machine: '2 x a processor',
  date: '2026-01-01',
  load: 'load average 0.1',
}
const reported = [
  ...[runWith('rloo', 1, 0.6), runWith('rloo', 2, 0.7)],
  ...[runWith('random-reward', 1, 0.05), runWith('random-reward', 2, 0.06)],
  ...[runWith('untrained', 1, 0.05), runWith('untrained', 2, 0.05)],
]
const comparison = {
  plan: SMALL_PLAN,
  starts: [{ seed: 1, success: 0.05, steps: 10 }],
  trials: [runWith('rloo', 101, 0.4, 0.01), runWith('rloo', 101, 0.5, 0.02)],
  reported,
}
const files = comparisonFiles(comparison, FRAME)

describe('the report of a comparison', () => {
  it('has a table with every method, its area with an interval, and a dash for what was not reached', () => {
    const page = files['comparison.md'] ?? ''
    const rows = page.split('\n').filter((line) => /^\| `(rloo|random-reward|untrained)` \| 0\.01/.test(line))
    expect(rows).toHaveLength(3)
    expect(rows[0]).toMatch(/0\.650 ± \d\.\d{3} .* 10 \| - \| 1\.0 \|/)
    expect(page).toContain('| `rloo` | 50 % | 90 % | 0.0 % | - | - |')
  })

  it('says how it was made, which expectations are met, and the areas by which rates were chosen', () => {
    const page = files['comparison.md'] ?? ''
    expect(page).toContain('Made by `npx stepgym compare` on 2026-01-01, 2 x a processor, load average 0.1.')
    expect(page).toContain('| random-reward < 0.1 | yes | 0.055 |')
    expect(page).toContain('| `rloo` | 0.400 | 0.500 |')
    expect(page).toContain('seed 1 5 %')
  })

  it('keeps everything that was measured as JSON', () => {
    expect(JSON.parse(files['comparison.json'] ?? '')).toEqual(JSON.parse(JSON.stringify({ ...FRAME, ...comparison })))
  })

  it.each(['curves.svg', 'areas.svg'])('draws %s with every method, all with finite numbers', (name) => {
    const picture = files[name] ?? ''
    for (const { label } of SMALL_PLAN.methods) expect(picture).toContain(`>${label}</text>`)
    expect(picture).not.toMatch(/NaN|Infinity|undefined/)
    expect(picture.match(/<svg/g)).toHaveLength(1)
  })
})
