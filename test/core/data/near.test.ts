import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearAnd, nearNames, nearOr } from '../../../core/data/near.ts'

const NAMES = ['grpo', 'rloo', 'gigpo', 'graph-gpo', 'grpo-batch-scale', 'webshop', 'tools-retail']

describe('near names', () => {
  it.each([
    ['two letters that changed places', 'gpro', ['grpo']],
    ['the first two letters', 'rgpo', ['grpo']],
    ['a letter too few', 'rlo', ['rloo']],
    ['a letter too many', 'gigpoo', ['gigpo']],
    ['a wrong letter', 'webshup', ['webshop']],
    ['another case', 'GRPO', ['grpo']],
    ['the beginning of a name', 'tools', ['tools-retail']],
    ['nothing that is near', 'ppo-clip', []],
    ['no text', '', []],
  ])('are found for %s', (_, wanted, near) => {
    expect(nearNames(wanted, NAMES)).toEqual(near)
  })

  it('have the distance that trying every edit finds', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 3, maxLength: 5 })
    fc.assert(
      fc.property(word, word, (wanted, name) => {
        const isNear = name === wanted || editsOf(wanted).has(name)
        const begins = wanted.startsWith(name) || name.startsWith(wanted)
        expect(nearNames(wanted, [name])).toEqual(isNear || begins ? [name] : [])
      }),
      { numRuns: 500 },
    )
  })

  it('are at most three, the nearest first', () => {
    expect(nearNames('rewards', ['rewardss', 'xewardz', 'rewards-1', 'reward', 'rewards-2'])).toEqual([
      'rewardss',
      'reward',
      'xewardz',
    ])
  })

  it('are not looked for where the text is far longer than any name', () => {
    expect(nearNames('a'.repeat(1e6), ['a'.repeat(300)])).toEqual([])
  })

  it('stand in place of a list, or before it', () => {
    expect(nearOr('gpro', NAMES, 'there are many')).toBe('did you mean grpo?')
    expect(nearOr('zzz', NAMES, 'there are many')).toBe('there are many')
    expect(nearAnd('gpro', ['grpo', 'rloo'], 'it has grpo, rloo')).toBe('did you mean grpo? It has grpo, rloo')
    expect(nearAnd('zzz', ['grpo', 'rloo'], 'it has grpo, rloo')).toBe('it has grpo, rloo')
  })
})

/** Every text that one insertion, deletion, substitution or swap of neighbours leads to. */
function editsOf(text: string): ReadonlySet<string> {
  const places = Array.from({ length: text.length + 1 }, (_, at) => [text.slice(0, at), text.slice(at)] as const)
  return new Set(
    places.flatMap(([before, after]) => [
      ...['a', 'b', 'c'].flatMap((letter) => [before + letter + after, before + letter + after.slice(1)]),
      before + after.slice(1),
      before + after.charAt(1) + after.charAt(0) + after.slice(2),
    ]),
  )
}
