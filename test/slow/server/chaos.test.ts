import { describe, expect, it } from 'vitest'
import { chaos } from '../../support/server/chaos.ts'

describe('a server among broken connections, for a long time,', () => {
  it('keeps every acknowledged step, answers no client wrongly and leaves nothing open', async () => {
    const report = await chaos(2026, 4000)
    expect(report).toMatchObject({ missing: 0, wrong: 0, closedTwice: 0, failures: [] })
    expect(report.acknowledged).toBeGreaterThan(4000)
  })
})
