import { describe, expect, it } from 'vitest'
import { nativeChaos } from '../../../support/server/native-chaos.ts'

describe('the native dialect among broken connections', () => {
  it('takes every step once, answers it with its own reply, and takes every session back', async () => {
    const report = await nativeChaos(5, 120)
    expect(report).toMatchObject({ torn: [], wrong: [], refused: [], failures: [] })
    expect(report.acknowledged).toBeGreaterThan(300)
    expect(report.faults).toBeGreaterThan(5)
    expect(report.resumed).toBeGreaterThan(5)
  })
})
