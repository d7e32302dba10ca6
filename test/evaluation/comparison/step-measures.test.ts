import { describe, expect, it } from 'vitest'
import { initialPolicyWeights, policyNetwork, stateScorer } from '../../../agents/policy.ts'
import { batchOfGroups, parseBatch } from '../../../core/batch/index.ts'
import { openSetting } from '../../../evaluation/comparison/setting.ts'
import { aliasedShare, StepMeasures } from '../../../evaluation/comparison/step-measures.ts'
import { playedGroups, SMALL_PLAN } from './samples.ts'

/** Steps as group, anchor, action and next anchor. */
const batchOf = (steps: readonly string[]) =>
  parseBatch({
    group: steps.map(([group = '']) => group),
    trajectory: steps.map((_, at) => `${at}`),
    anchors: { text: steps.map(([, anchor = '']) => anchor) },
    action: steps.map(([, , action = '']) => action),
    nextAnchors: { text: steps.map(([, , , next = '']) => next) },
    signals: { env: steps.map(() => 0) },
  })

describe('the share of aliased pairs', () => {
  it('counts pairs of anchor and action that were seen twice in a group and led to different anchors', () => {
    // In g: (s, x) led to t and u; (s, y) twice to t; (s, z) was seen once. In h: (s, x) once.
    expect(aliasedShare(batchOf(['gsxt', 'gsxu', 'gsyt', 'gsyt', 'gszv', 'hsxw']))).toBe(0.5)
  })

  it('is unknown where no pair was seen twice', () => {
    expect(aliasedShare(batchOf(['gsxt', 'gsyt', 'hsxu']))).toBeNull()
  })
})

describe('the measures of a run', () => {
  const contextOf = async (iteration: number) => {
    const groups = await playedGroups([0, 1], 3)
    const scorer = stateScorer(policyNetwork(initialPolicyWeights({ features: 64, hidden: 4 }, 1)))
    return { groups, batch: batchOfGroups(groups), scorer, iteration }
  }

  it('correlate advantages with the exact ones, where the plan says so, over the rows that have one', async () => {
    const setting = await openSetting({ ...SMALL_PLAN, exactEvery: 2 })
    const context = await contextOf(2)
    const { advantages } = await setting.oracle(context)
    const mask = advantages.map((_, row) => row % 3 && 1)
    const measures = new StepMeasures(setting)
    const turned = advantages.map((value, row) => (mask[row] ? -2 * value : 100))
    await measures.onCredited(context, { advantages: turned, mask: Uint8Array.from(mask), warnings: [], reason: null })
    await measures.onCredited(
      { ...context, iteration: 3 },
      { advantages, mask: new Uint8Array(advantages.length).fill(1), warnings: [], reason: null },
    )
    expect(measures.stepCorrelation).toBeCloseTo(-1, 9)
    expect(measures.aliasing).toBe(0)
  })

  it('are unknown of advantages that were not compared', async () => {
    const measures = new StepMeasures(await openSetting(SMALL_PLAN))
    expect([measures.stepCorrelation, measures.aliasing]).toEqual([null, null])
  })
})
