import { describe, expect, it } from 'vitest'
import { runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

const WORLDS = {
  grid: ['--env', 'grid'],
  'a small web shop': ['--env', 'webshop'],
} as const
const CASES = Object.entries(WORLDS).flatMap(([world, flags]) =>
  ['rloo', 'gigpo', 'evidence-closure'].map((estimator) => ({ world, flags, estimator })),
)

/** Milliseconds that end what hangs: a training takes half a minute, and minutes where others work. */
const PATIENCE = 1_800_000

/** Share of successes that the trained policy has on held-out tasks above the untrained one. */
const MARGIN = 0.3

describe('a policy that learns here', { timeout: PATIENCE }, () => {
  it.each(CASES)('is far better than untrained in $world by $estimator', async ({ flags, estimator }) => {
    const args = ['train', ...flags, '--estimator', estimator, '--seed', '0', '--quick', '--out', 'out']
    const { json } = await runJson(args, { folder: newFolder() })
    expect(json.trained.success).toBeGreaterThan(json.untrained.success + MARGIN)
    expect(json.trained.meanReturn).toBeGreaterThan(json.untrained.meanReturn + MARGIN)
  })

  it('does better than untrained in the web shop by oprl, with a reward model that orders pairs rightly', async () => {
    const args = ['train', ...WORLDS['a small web shop'], '--estimator', 'oprl', '--quick', '--out', 'out']
    const { json } = await runJson(args, { folder: newFolder() })
    expect(json.trained.meanReturn).toBeGreaterThan(json.untrained.meanReturn + MARGIN)
    const last = json.reports.slice(-10)
    const accuracies: number[] = last.flatMap(({ rewardModel }: { readonly rewardModel: { pairAccuracy: number } }) =>
      rewardModel.pairAccuracy === null ? [] : [rewardModel.pairAccuracy],
    )
    expect(accuracies.reduce((sum, each) => sum + each, 0) / accuracies.length).toBeGreaterThan(0.6)
  })
})
