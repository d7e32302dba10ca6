import { describe, expect, it } from 'vitest'
import { hookSet } from '../../../core/reward/hook.ts'
import { runTurnHooks } from '../../../core/reward/run-hooks.ts'
import redundantQueries from '../../../rewards/hooks/redundant-queries.ts'
import { step } from '../../support/reward-samples.ts'

/** What the hook says of the last of these queries; null for a step without one. */
async function judged(queries: readonly (string | null)[]): Promise<number | null | undefined> {
  const steps = queries.map((query, index) => step({ index, info: query === null ? {} : { query } }))
  const none = { before: () => ({}), after: () => ({}) }
  const [reward] = await runTurnHooks(
    hookSet([redundantQueries]).turn,
    steps.at(-1) ?? step(),
    steps.slice(0, -1),
    none,
    () => null,
  )
  return reward?.value
}

describe('redundant-queries', () => {
  it('charges a query whose words were searched for before', async () => {
    expect(await judged(['capital of Dunmere', 'dunmere: Capital of'])).toBe(-0.1)
    expect(await judged(['capital of Dunmere', null, 'river of Dunmere'])).toBe(0)
  })

  it('declines for steps without a query', async () => {
    expect(await judged(['a', null])).toBeNull()
  })
})
