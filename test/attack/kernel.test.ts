import { describe, expect, it } from 'vitest'
import { GymError } from '../../core/data/errors.ts'
import { parseSeed } from '../../core/data/rng.ts'
import { shown } from '../../core/data/shown.ts'
import { fullMessageOf, onFailure } from '../../core/data/user-code.ts'
import { problem } from '../../core/episode/action.ts'
import { defineEnvironment } from '../../core/episode/environment.ts'
import { dice, started } from '../support/core-worlds.ts'

const thrownBy = (act: () => unknown): GymError => {
  try {
    act()
  } catch (thrown) {
    if (thrown instanceof GymError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

describe('a seed', () => {
  it.each([
    ['megabytes of digits', '9'.repeat(4_000_000)],
    ['a bigint of a million bits', 2n ** 1_000_000n],
    ['21 digits', `${'0'.repeat(20)}1`],
    ['2^64', 2n ** 64n],
    ['a negative bigint', -1n],
    ['an object', { toString: () => '1' }],
  ])('that is %s is refused with a short message', (_, seed) => {
    const { code, message } = thrownBy(() => parseSeed(seed))
    expect(code).toBe('SEED_INVALID')
    expect(message.length).toBeLessThan(300)
  })

  it('is refused if it is not a whole number, with advice if it lost digits', () => {
    expect(thrownBy(() => parseSeed(1.5)).message).toBe('1.5 is not a seed: a seed is a whole number')
    expect(thrownBy(() => parseSeed(2 ** 60)).message).toContain('as a string of digits')
    expect(parseSeed('18446744073709551615')).toBe('18446744073709551615')
  })
})

describe('an action', () => {
  const cyclic: Record<string, unknown> = {}
  cyclic.self = cyclic
  const holed = ['a', 'b', 'c']
  delete holed[1]
  it.each([
    ['a bigint', { amount: [1, 12345678901234567890n] }, 'action.amount.1 is 12345678901234567890n'],
    ['a list with a hole', holed, 'action.1 is undefined'],
    ['a cycle', cyclic, 'contains itself'],
    ['more values than anybody sends', new Proxy([], { get: (_, key) => (key === 'length' ? 1e9 : 1) }), 'too large'],
  ])('with %s is refused, and says where', async (_, action, message) => {
    const taken = await (await started(dice)).step(action)
    expect(taken).toMatchObject({ isActionValid: false, action: null, refused: { code: 'ACTION_INVALID' } })
    expect(taken.info.problem).toContain(message)
    expect(String(taken.info.problem).length).toBeLessThan(500)
  })

  it('that a parser repeats in full is cut in its refusal', async () => {
    const echoing = defineEnvironment({
      id: 'echoing@1',
      maxSteps: 3,
      action: (raw) => problem(`what is ${raw}?`),
      reset: () => ({ n: 0 }),
      step: (state) => ({ state, reward: 0, terminated: false }),
      observe: { text: () => '' },
    })
    const { info } = await (await started(echoing)).step('x'.repeat(60_000))
    expect(String(info.problem).length).toBeLessThan(2100)
  })
})

describe('what an environment throws', () => {
  const SECRET = 'the answer is 42 in /home/someone/answers.json'
  const leaking = (where: string) => {
    const broken = (name: string) => () => {
      if (name === where) throw new Error(SECRET)
      return name === 'grades' || name === 'publicState' ? {} : name === 'actions' ? [] : ''
    }
    const shows = (name: string) => () => String(broken(name)())
    return defineEnvironment({
      id: 'leaking@1',
      maxSteps: 3,
      action: (raw) => raw,
      reset: ({ effect }) => {
        if (where === 'reset') throw new Error(SECRET)
        if (where === 'a foreign code') throw new GymError('RECORD_FAILED', SECRET)
        if (where === 'effect') void effect('ask', null, () => broken('effect')())
        return (where === 'state' ? { [SECRET]: Number.NaN } : { n: 0 }) as Record<string, number>
      },
      step: (state) => (where === 'step' ? (broken('step')() as never) : { state, reward: 0, terminated: false }),
      observe: { text: shows('view'), other: shows('other view') },
      anchors: { page: shows('anchor') },
      actions: broken('actions') as () => [],
      grades: broken('grades') as () => Record<string, number>,
      publicState: broken('publicState') as () => Record<string, number>,
    })
  }
  const places = ['reset', 'a foreign code', 'effect', 'state', 'step', 'view', 'other view', 'anchor', 'actions']
  it.each([...places, 'grades', 'publicState'])('in %s is not in any message that clients get', async (where) => {
    const causes: string[] = []
    const stop = onFailure((error) => causes.push(fullMessageOf(error)))
    const said: string[] = []
    try {
      const episode = await started(leaking(where))
      const acts = [
        () => episode.step('go'),
        () => episode.text(),
        () => episode.view('other'),
        () => episode.anchors(),
      ]
      for (const act of [...acts, () => episode.actions(), () => episode.grades(), () => episode.publicState()])
        try {
          await act()
        } catch (thrown) {
          said.push(`${thrown}`)
        }
      said.push(`${episode.endingReason}`)
    } catch (thrown) {
      said.push(`${thrown}`)
    }
    stop()
    expect(said.join('\n')).toMatch(/\(reference [\w-]{8}\)/)
    expect(said.join('\n')).not.toMatch(/answer is|home|RECORD_FAILED/)
    expect(causes.join('\n')).toContain('the answer is 42')
  })
})

describe('a value in a message', () => {
  it('is always short, and none of its code runs', () => {
    const cyclic: unknown[] = []
    cyclic.push(cyclic)
    const deep = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`)
    const shy = { toString: () => expect.fail('asked'), toJSON: () => expect.fail('asked') }
    const getter = Object.defineProperty({}, 'x', { get: () => expect.fail('read'), enumerable: true })
    for (const value of ['x'.repeat(1e7), 10n ** 5000n, cyclic, deep, shy, getter, new Array(1e9), Symbol('x')])
      expect(shown(value).length).toBeLessThan(150)
    expect(shown({ a: [1, 'b', null], c: true })).toBe('{"a":[1,"b",null],"c":true}')
  })
})
