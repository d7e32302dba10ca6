import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { withOptions } from '../../../core/reward/hook.ts'
import { wordF1 } from '../../../rewards/answers/match.ts'
import { quantityIn } from '../../../rewards/answers/quantity.ts'
import answer from '../../../rewards/hooks/answer.ts'
import { trajectory } from '../../support/reward-samples.ts'
import { judgeOutcome, said } from './group-judge.ts'

const judge = (text: string, truth: Json, options: JsonObject = {}) =>
  judgeOutcome(withOptions(answer, options), said(text), truth)

describe('the hook answer', () => {
  it('takes the best of the right answers, as texts that are normal or exact', async () => {
    expect(await judge('<answer>The Louvre.</answer>', { answers: ['Orsay', 'louvre'] })).toBe(1)
    expect(await judge('<answer>The Louvre.</answer>', { answer: 'louvre' }, { measure: 'exact' })).toBe(0)
    expect(await judge('\\boxed{42}', { answer: 42 }, { measure: 'exact' })).toBe(1)
  })

  it('counts shared words, each as often as it occurs', async () => {
    expect(await judge('in the old town hall', { answer: 'town hall' }, { measure: 'f1' })).toBe(4 / 6)
    expect([wordF1('a a', ''), wordF1('x', ''), wordF1('x x y', 'x')]).toEqual([1, 0, 0.5])
  })

  it('compares numbers in their units', async () => {
    const number = (text: string, gold: string, tolerance = 1e-6) => judge(text, gold, { measure: 'number', tolerance })
    for (const [text, gold] of [
      ['1,500 m', '1.5 km'],
      ['90 min', '1.5 hours'],
      ['3/4', '0.75'],
      ['1.2e3', '1200'],
      ['50', '50 %'],
      ['$5', '5 dollars'],
      ['−3', '-3'],
    ] as const)
      expect([text, await number(text, gold)]).toEqual([text, 1])
    for (const [text, gold] of [
      ['1500 g', '1.5 km'],
      ['5 €', '$5'],
      ['0.5', '50 %'],
      ['about 3', '3'],
      ['1,50', '150'],
    ] as const)
      expect([text, await number(text, gold)]).toEqual([text, 0])
    expect(await number('3.14', '3.14159', 0.01)).toBe(1)
    expect(await number('3', 'three')).toBeNull()
  })

  it('reads every number that is written plainly, and nothing without a digit', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (value) => quantityIn(`${value}`)?.value === value + 0,
      ),
    )
    for (const text of ['', '.', '-', 'e5', 'km', '5 parsecs', '$5 €', '1/0']) expect(quantityIn(text)).toBeNull()
  })

  it('tries a pattern on the whole answer', async () => {
    const pattern = (text: string, given: string) => judge(text, null, { measure: 'pattern', pattern: given })
    expect(await pattern('room 12', String.raw`room \d+`)).toBe(1)
    expect(await pattern('in room 12', String.raw`room \d+`)).toBe(0)
    expect(await pattern('x'.repeat(2000), '.*')).toBe(0)
    expect(await pattern('(1)', String.raw`\(\d+\)`)).toBe(1)
    expect(await pattern('+*', '[*+{]+')).toBe(1)
    for (const refused of ['(', '', '(a+)+', '(a|a)*', 'a*a*a*a*']) expect(await pattern('a', refused)).toBeNull()
  })

  it('gives 0 where there is no answer, and declines where there is no right one', async () => {
    expect(await judge('<answer></answer>', { answer: 'a' })).toBe(0)
    expect(await judgeOutcome(answer, trajectory(), { answer: 'a' })).toBe(0)
    expect(await judge('a', {})).toBeNull()
  })
})
