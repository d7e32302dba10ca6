import { beforeAll, describe, expect, it } from 'vitest'
import { loadTagger, type Tagger } from '../../../../envs/webshop/reward/nouns.ts'

describe('the tagger', () => {
  let tagger: Tagger
  beforeAll(async () => {
    tagger = await loadTagger()
  })

  it('finds common and proper nouns in lower case, in order and with repetitions', () => {
    expect(tagger.nounsOf('The boots and the Boots of Kintra for walking quickly')).toEqual([
      'boots',
      'boots',
      'kintra',
    ])
  })

  it.each(['', ' ', '★ 100 %'])('finds none in %j', (text) => {
    expect(tagger.nounsOf(text)).toEqual([])
  })

  it('remembers a title', () => {
    expect(tagger.nounsOf('wooden table')).toBe(tagger.nounsOf('wooden table'))
  })
})
