import { describe, expect, it } from 'vitest'
import { wordsOf } from '../../../viewer/app/news.ts'

describe('news of a run that is being written', () => {
  it('count episodes that ended and rewards that came late', () => {
    const reward = { episode: 'e', index: 0, name: 'worth', value: 1, reason: null }
    const end = { kind: 'end', episode: 'e', ending: 'terminated', rewards: [] } as const
    expect(wordsOf([])).toBe('')
    expect(wordsOf([{ seq: 1, kind: 'group', group: 'g', episodes: ['e'] }])).toBe('')
    expect(wordsOf([{ seq: 1, ...end }])).toBe('1 new')
    expect(wordsOf([{ seq: 1, kind: 'rewards', rewards: [reward] }])).toBe('1 late reward')
    expect(
      wordsOf([
        { seq: 1, ...end },
        { seq: 2, ...end },
        { seq: 3, kind: 'rewards', rewards: [reward, reward] },
      ]),
    ).toBe('2 new, 2 late rewards')
  })
})
