import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import { probe } from '../../../sandbox/judge/probe.ts'
import { variantOf } from '../../../sandbox/judge/variant.ts'
import { describeWithSandbox } from '../../support/sandbox/judging.ts'

describe('a variant of a call', () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.integer(),
      fc.string(),
      fc.constant(null),
      fc.array(tie('value')),
      fc.record({ t: fc.array(tie('value')) }),
    ),
  })).value

  it('is a call of the same function with as many arguments, or null', () => {
    fc.assert(
      fc.property(fc.array(value), fc.nat(), (args, seed) => {
        const variant = variantOf(JSON.stringify(['f', args, {}]), new Rng(keyOfSeed(seed), 0))
        if (variant === null) return
        const [name, changed, named] = JSON.parse(variant)
        expect([name, changed.length, named]).toEqual(['f', args.length, {}])
        expect(args.filter((arg, at) => JSON.stringify(arg) !== JSON.stringify(changed[at])).length).toBeLessThan(2)
      }),
    )
  })

  it('is null where nothing can be changed, and for a text other than a call', () => {
    for (const call of ['["f", [], {}]', '["f", [null, true], {}]', '["f", [NaN], {}]', '{}', ''])
      expect(variantOf(call, new Rng(keyOfSeed(1), 0))).toBeNull()
  })
})

describeWithSandbox('the search for answers that are written for the tests', ({ context }) => {
  const tests = [
    'assert f([3, 1, 2]) == [1, 2, 3]',
    'assert f([9, 8]) == [8, 9]',
    'assert f([5, 4, 6, 1]) == [1, 4, 5, 6]',
  ]
  const suite = { kind: 'code', setup: '', bind: {}, tests, limitSeconds: 2 } as const
  const codeOf = (source: string) => ({ source, file: 'solution.py', files: new Map<string, Uint8Array>() })
  const reference = codeOf('def f(x):\n  return sorted(x)')
  const agreement = (source: string) =>
    probe(suite, { reference, candidate: codeOf(source) }, new Rng(keyOfSeed(5), 0), context)

  it('agrees with another solution everywhere', async () => {
    const { asked, agreed } = await agreement('def f(x):\n  x = list(x)\n  x.sort()\n  return x')
    expect(asked).toBe(3)
    expect(agreed).toBe(asked)
  })

  it('disagrees with a table of the answers, which passes every test', async () => {
    const table = 'def f(x):\n  return {(3, 1, 2): [1, 2, 3], (9, 8): [8, 9], (5, 4, 6, 1): [1, 4, 5, 6]}.get(tuple(x))'
    expect(await agreement(table)).toEqual({ asked: 3, agreed: 0 })
  })

  it('counts a candidate that breaks as one that disagrees, and no call that the reference refuses', async () => {
    expect(await agreement('import os\nos._exit(0)')).toEqual({ asked: 3, agreed: 0 })
    const strict = codeOf('def f(x):\n  raise ValueError')
    expect(await probe(suite, { reference: strict, candidate: reference }, new Rng(keyOfSeed(5), 0), context)).toEqual({
      asked: 0,
      agreed: 0,
    })
  })
})
