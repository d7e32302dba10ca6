import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOfGroups } from '../../../core/batch/index.ts'
import type { Group, JsonObject } from '../../../core/data/types.ts'
import { Branches } from '../../../core/rollout/branches.ts'
import { returnOf } from '../../../core/sampling/values.ts'
import forkRelative from '../../../rewards/advantage/fork-relative.ts'
import { sampled } from '../../support/sampling.ts'

/** A step of the tree: named by the trajectory that took it, not those that share it. */
interface Node {
  readonly name: string
  readonly parent: string
  readonly score: number
}

/** Every step of every branch, from the record of who was forked from whom: no lineage, no actions. */
function nodesOf(group: Group): readonly Node[] {
  const branches = new Branches([...group.trajectories, ...group.aborted])
  return group.trajectories.flatMap((trajectory) => {
    const path = branches.stepsOf(trajectory)
    const names = path.map(({ trajectoryId, index }) => `${trajectoryId} ${index}`)
    return names.map((name, i) => ({ name, parent: names[i - 1] ?? group.id, score: returnOf(path) ?? 0 }))
  })
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** The definition, unchanged: quadratic. */
function plainForkParts(nodes: readonly Node[]): readonly number[] {
  const worthOf = ({ name }: Node): number =>
    meanOf(nodes.filter((each) => each.name === name).map(({ score }) => score))
  return nodes.map((node) => {
    const rivals = nodes.filter(({ parent }) => parent === node.parent).map(worthOf)
    if (rivals.length === 1) return 0
    const mean = meanOf(rivals)
    const deviation = Math.sqrt(meanOf(rivals.map((worth) => (worth - mean) ** 2)))
    return (worthOf(node) - mean) / (deviation + 1e-6)
  })
}

const MODES: readonly (readonly [string, JsonObject])[] = [
  ['tree', { k: 2, at: [0, 2, 4] }],
  ['prefix', { k: 3, playOn: true }],
  ['prefix', { k: 4, commit: 'greedy' }],
  ['rerank', { k: 3, value: 'grade:total' }],
  ['best-of-n', { k: 4 }],
]

describe('fork-relative advantage of groups that were sampled as trees', () => {
  it.each(MODES)('%s %j is as the plain definition has it, from parents alone', async (mode, options) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), async (seed) => {
        const groups = [
          await sampled(mode, options, { seed, groupId: 'g' }),
          await sampled(mode, options, { seed: seed + 1, groupId: 'h' }),
        ]
        const batch = batchOfGroups(groups)
        const { parts } = forkRelative.compute(batch, {})
        const expected = groups.flatMap((group) => plainForkParts(nodesOf(group)))
        expect(batch.rowCount).toBe(expected.length)
        for (const [row, value] of expected.entries()) expect(parts.fork?.[row]).toBeCloseTo(value, 9)
      }),
      { numRuns: 8 },
    )
  })

  it('says that nothing was compared if nothing was forked, and that groups are of equal scores', async () => {
    const nothing = { name: 'still', act: () => ({ action: '0' }) }
    const { diagnostics } = forkRelative.compute(
      batchOfGroups([await sampled('tree', { k: 2 }, { agent: nothing })]),
      {},
    )
    expect(diagnostics.groups.sizes).toMatchObject({ least: 4, most: 4 })
    expect(diagnostics.stepGroups?.largest).toBe(4)
  })
})
