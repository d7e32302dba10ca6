import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import gigpo from '../../../rewards/advantage/gigpo.ts'
import { newFolder } from '../../support/folder.ts'
import { batchOfRows, distance, inOrder, type Row, rowsArbitrary } from '../../support/rows.ts'
import { hasPython, printedBy, pythonWith, wheelOf } from '../python.ts'

const SCRIPT = new URL('trinity_gigpo.py', import.meta.url).pathname

/** Advantages of the release, group by group. */
async function released(
  groups: readonly (readonly Row[])[],
  gamma: number,
  fnorm: string,
): Promise<readonly unknown[]> {
  const python = await pythonWith('numpy==2.4.6')
  const cases = join(newFolder(), 'cases.json')
  writeFileSync(cases, JSON.stringify({ gamma, fnorm, groups }))
  const found = await printedBy(python, SCRIPT, await wheelOf(python, 'trinity-rft==0.6.0'), cases)
  return Array.isArray(found) ? found : []
}

/** Batches of one group each: the release compares steps at one anchor across all groups of a batch. */
const groupsOf = (): readonly (readonly Row[])[] =>
  fc
    .sample(rowsArbitrary, { numRuns: 60, seed: 16 })
    .map((rows) => rows.filter(({ group }) => group === rows[0]?.group))
    .map((rows) => rows.map((row) => ({ ...row, isActionValid: true })))

describe.runIf(hasPython())('GiGPO as trinity-rft 0.6 releases it', () => {
  // Sums of these rewards under these discounts are exact in single precision.
  it.each([
    [1, 'std', 'mean_std_norm'],
    [0.5, 'std', 'mean_std_norm'],
    [0.5, 'none', 'mean_norm'],
  ])('is ours with crossSteps off, with the discount %d and the norm %s', async (gamma, fnorm, norm) => {
    const groups = groupsOf()
    const theirs = await released(groups, gamma, fnorm)
    expect(theirs).toHaveLength(60)
    for (const [at, rows] of groups.entries()) {
      const { advantages } = gigpo.compute(batchOfRows(rows), { mode: 'reference', gamma, norm, crossSteps: false })
      expect(distance(inOrder(batchOfRows(rows), advantages), theirs[at] as readonly number[])).toBeLessThan(1e-4)
    }
  })

  it('differs from our default, which compares trajectories by their steps', async () => {
    const groups = groupsOf()
    const theirs = await released(groups, 1, 'std')
    const distances = groups.map((rows, at) => {
      const { advantages } = gigpo.compute(batchOfRows(rows), { mode: 'reference', gamma: 1 })
      return distance(inOrder(batchOfRows(rows), advantages), theirs[at] as readonly number[])
    })
    expect(Math.max(...distances)).toBeGreaterThan(0.1)
  })
})
