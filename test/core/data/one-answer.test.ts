import { describe, expect, it } from 'vitest'
import { OneAnswer } from '../../../core/data/one-answer.ts'
import { pass, stopClock } from '../../support/clock.ts'

const never = (): void => {
  throw new Error('an answer that came in time is late')
}

describe('one answer', () => {
  it('ends the wait for it, and no other', async () => {
    stopClock()
    const answer = new OneAnswer<string>()
    expect([answer.isAwaited, answer.give('unasked')]).toEqual([false, false])
    const first = answer.within(10, never)
    expect(answer.isAwaited).toBe(true)
    expect([answer.give('a'), answer.give('b'), answer.isAwaited]).toEqual([true, false, false])
    expect(await first).toBe('a')
    const second = answer.within(10, never)
    answer.give('c')
    expect(await second).toBe('c')
    await pass(20)
  })

  it('is failed where it does not come in time', async () => {
    stopClock()
    const answer = new OneAnswer<string>()
    const late = expect(answer.within(10, () => answer.fail(new Error('too late')))).rejects.toThrow('too late')
    await pass(10)
    await late
    expect(answer.give('later')).toBe(false)
  })

  it('cannot be failed where none is waited for', () => {
    const answer = new OneAnswer<string>()
    answer.fail(new Error('lost'))
    expect(answer.isAwaited).toBe(false)
  })
})
