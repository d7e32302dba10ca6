import { describe, expect, it } from 'vitest'
import { loadTagger } from '../../../../envs/webshop/reward/nouns.ts'

describe('the tagger', () => {
  it('is loaded once, however many shops are opened', async () => {
    const taggers = await Promise.all(Array.from({ length: 40 }, () => loadTagger()))
    expect(new Set(taggers).size).toBe(1)
    expect(taggers[0]?.nounsOf('red cotton shirt for men')).toContain('shirt')
  })
})
