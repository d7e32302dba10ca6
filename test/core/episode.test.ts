import { describe, expect, it } from 'vitest'
import { isPromise } from '../../core/data/maybe-promise.ts'
import { fullMessageOf } from '../../core/data/user-code.ts'
import { defineEnvironment } from '../../core/episode/environment.ts'
import { clock, dice, started, totalOf } from '../support/core-worlds.ts'

/** What was thrown, with what only developers see. */
function full(act: () => unknown): string {
  try {
    return `nothing was thrown: ${act()}`
  } catch (thrown) {
    return fullMessageOf(thrown)
  }
}
const code = (expected: string): unknown => expect.objectContaining({ code: expected })

describe('an episode', () => {
  it('takes steps, counts them and is truncated at its limit', async () => {
    const episode = await started(dice, { maxSteps: 2 })
    const first = await episode.step('1')
    const second = await episode.step('1')
    expect([first.index, first.truncated, second.index, second.truncated]).toEqual([0, false, 1, true])
    expect([episode.ending, episode.endingReason]).toEqual(['truncated', 'maxSteps'])
  })

  it('terminates by the rules even at its limit', async () => {
    const episode = await started(dice, { maxSteps: 1 })
    const taken = await episode.step('200')
    expect([taken.terminated, taken.truncated, episode.ending]).toEqual([true, false, 'terminated'])
  })

  it('takes no step after its end', async () => {
    const episode = await started(dice)
    await episode.step('200')
    expect(() => episode.step('1')).toThrow(code('EPISODE_ENDED'))
  })

  it('makes no promise for a synchronous environment', async () => {
    const episode = await started(dice)
    expect(isPromise(episode.step('1'))).toBe(false)
  })

  it('takes an action that cannot be read as a step that says so, and shows the agent why', async () => {
    const episode = await started(dice)
    const before = totalOf(episode)
    const taken = await episode.step('many')
    expect(taken).toMatchObject({
      isActionValid: false,
      reward: 0,
      info: { code: 'ACTION_INVALID', problem: 'say a whole number' },
    })
    expect(episode.text()).toBe(`${before} say a whole number`)
    expect(episode.index).toBe(1)
  })

  it('records an over-long action by its beginning, as a step that says so', async () => {
    const episode = await started(dice)
    const taken = await episode.step('7'.repeat(2 ** 20))
    expect(taken.isActionValid).toBe(false)
    expect(taken.info.code).toBe('ACTION_TOO_LARGE')
    expect(taken.action).toBe('7'.repeat(1000))
  })

  it.each([undefined, Number.NaN, () => 1, 10n, { deep: [Number.POSITIVE_INFINITY] }])(
    'refuses %s, which is not JSON',
    async (raw) => {
      const episode = await started(dice)
      expect(await episode.step(raw)).toMatchObject({
        isActionValid: false,
        action: null,
        info: { code: 'ACTION_INVALID' },
      })
    },
  )

  it('refuses an action that contains itself', async () => {
    const knot: unknown[] = []
    knot.push(knot)
    expect(await (await started(dice)).step(knot)).toMatchObject({ isActionValid: false, action: null })
  })

  it('is aborted by an environment that throws, with its steps so far intact', async () => {
    const episode = await started(dice)
    await episode.step('1')
    const state = episode.state
    expect(() => episode.step('666')).toThrow(code('ENV_FAILED'))
    expect([episode.ending, episode.index, episode.state]).toEqual(['aborted', 1, state])
    expect(() => episode.step('1')).toThrow(code('EPISODE_ABORTED'))
  })

  it('refuses a second step while one is in progress', async () => {
    const episode = await started(clock(() => new Promise((resolve) => setTimeout(resolve, 5, 1))))
    const first = episode.step('tick')
    expect(() => episode.step('tick')).toThrow(code('EPISODE_BUSY'))
    await first
    await episode.step('tick')
    expect(episode.index).toBe(2)
  })

  it('gives up a step that takes too long, and ignores what comes later', async () => {
    let calls = 0
    const slow = clock(() => (calls++ === 0 ? 1 : new Promise<number>((resolve) => setTimeout(resolve, 60, 2))))
    const episode = await started(slow, { stepTimeoutMs: 10 })
    await expect(episode.step('tick')).rejects.toThrow(code('ENV_TIMEOUT'))
    await new Promise((resolve) => setTimeout(resolve, 80))
    expect([episode.text(), episode.index, episode.ending]).toEqual(['1', 0, 'aborted'])
  })

  it('stops a step in progress when it is cancelled', async () => {
    let calls = 0
    const controller = new AbortController()
    const endless = clock(() => (calls++ === 0 ? 1 : new Promise<number>(() => {})))
    const episode = await started(endless, { signal: controller.signal })
    const step = episode.step('tick')
    controller.abort()
    await expect(step).rejects.toThrow(code('EPISODE_ABORTED'))
  })

  it('refuses a promise from an environment that calls itself synchronous', async () => {
    const liar = defineEnvironment({
      id: 'liar@1',
      maxSteps: 3,
      action: (raw) => raw,
      reset: () => ({ n: 0 }),
      step: async (state) => ({ state, reward: 0, terminated: false }),
      observe: { text: () => '' },
    })
    const episode = await started(liar)
    expect(() => episode.step('x')).toThrow(code('ENV_ASYNC'))
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %s as a reward', async (reward) => {
    const odd = defineEnvironment({
      id: 'odd@1',
      maxSteps: 3,
      action: (raw) => raw,
      reset: () => ({ n: 0 }),
      step: (state) => ({ state, reward, terminated: false }),
      observe: { text: () => '' },
    })
    const episode = await started(odd)
    expect(() => episode.step('x')).toThrow(code('ENV_INVALID'))
  })

  it('names what in a state JSON cannot carry', async () => {
    class Cart {
      readonly items = 1
    }
    const bag = defineEnvironment({
      id: 'bag@1',
      maxSteps: 3,
      action: (raw) => raw,
      reset: (): { cart: { items: number } } => ({ cart: { items: 0 } }),
      step: () => ({ state: { cart: new Cart() }, reward: 0, terminated: false }),
      observe: { text: () => '' },
    })
    const episode = await started(bag)
    expect(full(() => episode.step('x'))).toMatch(/state\.cart is a Cart/)
    expect(episode.ending).toBe('aborted')
  })

  it('closes what was opened for an episode whose reset failed', async () => {
    const closed: string[] = []
    const broken = defineEnvironment({
      id: 'broken@1',
      kind: 'async',
      maxSteps: 3,
      action: (raw) => raw,
      open: async () => 'session',
      close(live) {
        closed.push(live)
      },
      reset: async (): Promise<{ n: number }> => {
        throw new Error('no start')
      },
      step: async (state) => ({ state, reward: 0, terminated: false }),
      observe: { text: () => '' },
    })
    await expect(started(broken)).rejects.toThrow(code('ENV_FAILED'))
    expect(closed).toEqual(['session'])
  })

  it('keeps seeds beyond 2^53 exactly', async () => {
    const episode = await started(dice, { seed: '18446744073709551615' })
    expect(episode.lineage.seed).toBe('18446744073709551615')
    await expect(started(dice, { seed: 2 ** 60 })).rejects.toThrow(code('SEED_INVALID'))
  })

  it('gives hooks its grades and agents its public state', async () => {
    const episode = await started(dice)
    expect(episode.grades()).toEqual({ total: totalOf(episode), missing: null })
    expect(episode.view('html')).toBe(`<b>${totalOf(episode)}</b>`)
    expect(() => episode.view('toString')).toThrow(code('CONFIG_INVALID'))
  })
})

describe('defineEnvironment', () => {
  const base = {
    maxSteps: 3,
    action: (raw: unknown) => raw,
    reset: () => ({ n: 0 }),
    step: (state: { readonly n: number }) => ({ state, reward: 0, terminated: false }),
    observe: { text: () => '' },
  }

  it('refuses ids without a version, limits below one, and forks that cannot be', () => {
    expect(() => defineEnvironment({ ...base, id: 'Shop@1' })).toThrow(/name@version/)
    expect(() => defineEnvironment({ ...base, id: 'shop@1', maxSteps: 0 })).toThrow(/maxSteps/)
    expect(() => defineEnvironment({ ...base, id: 'shop@1', open: () => 1, fork: 'value', kind: 'async' })).toThrow(
      /replay/,
    )
    expect(() => defineEnvironment({ ...base, id: 'shop@1', open: () => 1 })).toThrow(/async/)
  })
})
