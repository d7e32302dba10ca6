import { describe, expect, it } from 'vitest'
import { nativeChaos } from '../../support/server/native-chaos.ts'

describe('the native dialect among broken connections, for a long time,', () => {
  it('takes every step once, answers it with its own reply, and takes every session back', async () => {
    const report = await nativeChaos(2026, 3000)
    expect(report).toMatchObject({ torn: [], wrong: [], refused: [], failures: [] })
    expect(report.acknowledged).toBeGreaterThan(9000)
  })
})
