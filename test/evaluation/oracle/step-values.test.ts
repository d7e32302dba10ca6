import { describe, expect, it } from 'vitest'
import { textAction } from '../../../core/episode/action.ts'
import { defineEnvironment } from '../../../core/episode/environment.ts'
import type { Episode } from '../../../core/episode/episode.ts'
import type { Agent } from '../../../core/rollout/agent.ts'
import { policyAgent } from '../../../core/rollout/policy.ts'
import { Budget } from '../../../evaluation/oracle/budget.ts'
import type { Point } from '../../../evaluation/oracle/point.ts'
import { pointsOfEpisode } from '../../../evaluation/oracle/retrace.ts'
import type { OracleSettings } from '../../../evaluation/oracle/settings.ts'
import { stepValues } from '../../../evaluation/oracle/step-values.ts'
import { share } from '../../support/long.ts'
import { Coverage, holds } from './coverage.ts'
import { always, cautious, doors, driven, lateDoors, opens, playedTo, started } from './worlds.ts'

const pointsOf = async (episode: Episode): Promise<readonly Point[]> => (await pointsOfEpisode(episode)).slice(0, -1)

const COUNT = share(150, 400)
const TWO_VALUED = { low: 0, high: 1, isTwoValued: true }

describe.each([0.95, 0.8])('intervals at the rate %d', (confidence) => {
  it.each<[string, Omit<OracleSettings, 'agent'>, number]>([
    ['with common luck', { streams: 'common' }, 0.75],
    ['with independent luck', { streams: 'independent' }, 0.75],
    ['where success is rare', { forks: 6 }, 0.05],
    ['of two values', { range: TWO_VALUED }, 0.75],
    ['of two values where success is rare', { range: TWO_VALUED, forks: 6 }, 0.05],
    ['with a budget that ends it anywhere', { range: TWO_VALUED, forks: 40 }, 0.4],
  ])('hold the values of a stochastic world and policy: %s', async (name, given, caution) => {
    const [coverage, open] = [new Coverage(), opens(caution)]
    const agent = policyAgent(cautious(caution))
    for (let seed = 0; coverage.count < COUNT; seed++) {
      const episode = await playedTo(doors, ['safe'], seed)
      const whole = episode.ending === null ? await next(episode) : episode
      for (const point of await pointsOf(whole)) {
        const budget = name.includes('budget') ? new Budget({ steps: 60 }) : new Budget()
        const values = await stepValues(point, { forks: 16, confidence, agent, budget, ...given })
        const left = 4 - point.episode.index
        const first = point.move?.action === 'safe' ? 0.9 : 0.5
        coverage.add(values, { value: open ** left, actionValue: first * open ** (left - 1) })
      }
    }
    coverage.expectRate(confidence, COUNT)
  })
})

/** Plays on at the first two doors. */
async function next(episode: Episode): Promise<Episode> {
  await episode.step('quick')
  return episode
}

describe('values of a step', () => {
  it('are the same whenever they are made, and leave the episode as it was', async () => {
    const episode = await playedTo(doors, ['safe'])
    const settings = { agent: policyAgent(cautious(0.5)), forks: 12 }
    const [first = expect.unreachable()] = await pointsOfEpisode(episode)
    const once = await stepValues(first, settings)
    expect(await stepValues(first, settings)).toEqual(once)
    expect({ forks: episode.forks, index: episode.index }).toEqual({ forks: 0, index: 1 })
  })

  it('differ less between arms with common streams: an action like the agent’s has an advantage of 0, exactly', async () => {
    const [first = expect.unreachable()] = await pointsOfEpisode(await playedTo(doors, ['safe']))
    const of = async (drift: 'common' | 'independent') =>
      (await stepValues(first, { agent: always('safe'), forks: 200, streams: drift })).advantage
    const [common, independent] = [await of('common'), await of('independent')]
    expect(common.value).toBe(0)
    expect(common.high - common.low).toBeLessThan((independent.high - independent.low) / 2)
  })

  it('count what comes after the step, discounted', async () => {
    const episode = await playedTo(doors, ['safe'])
    const [first = expect.unreachable()] = await pointsOfEpisode(episode)
    const sure: Agent = always('safe')
    const { value } = await stepValues(first, { agent: sure, forks: 2000, gamma: 0.5 })
    expect(value.value).toBeCloseTo(0.9 ** 4 * 0.5 ** 3, 1)
    expect(holds(value, 0.9 ** 4 * 0.5 ** 3)).toBe(true)
  })

  it('are had in asynchronous worlds and in those that are driven again', async () => {
    const [late = expect.unreachable()] = await pointsOfEpisode(await playedTo(lateDoors, ['on']))
    expect(holds((await stepValues(late, { agent: always('on'), forks: 40 })).value, 0.9 ** 4)).toBe(true)
    const log: string[] = []
    const episode = await playedTo(driven(log), ['on', 'on'])
    const [, second = expect.unreachable()] = await pointsOfEpisode(episode)
    const budget = new Budget()
    const values = await stepValues(second, { agent: always('on'), forks: 3, budget })
    expect(values).toMatchObject({ value: { value: 1, count: 3 }, actionValue: { value: 1 }, advantage: { value: 0 } })
    expect(budget.spent).toEqual({ forks: 6, steps: 6 * (1 + 2) })
    await episode.close()
    expect(log.filter((each) => each === 'open')).toHaveLength(7)
    expect(log.filter((each) => each === 'close')).toHaveLength(7)
  })

  it('end if the budget ends, and say so', async () => {
    const points = await pointsOf(await playedTo(doors, ['safe']))
    const [first = expect.unreachable()] = points
    const agent = policyAgent(cautious(0.5))
    const budget = new Budget({ forks: 7 })
    expect(await stepValues(first, { agent, budget })).toMatchObject({
      isCut: true,
      value: { count: 4 },
      actionValue: { count: 3 },
      advantage: { count: 3 },
    })
    expect(await stepValues(first, { agent, budget })).toMatchObject({
      isCut: true,
      value: { value: null, count: 0, low: 0, high: 1, reason: expect.stringMatching(/budget/) },
      advantage: { value: null, low: -1, high: 1 },
    })
    expect(budget.spent.forks).toBe(7)
  })

  it('play a play-out to its end although the budget of steps ends in it', async () => {
    const [first = expect.unreachable()] = await pointsOfEpisode(await playedTo(doors, ['safe']))
    const budget = new Budget({ steps: 1 })
    const { value } = await stepValues(first, { agent: always('safe'), budget })
    expect(value.count).toBe(1)
    expect(budget.spent.forks).toBe(1)
    expect(budget.spent.steps).toBeGreaterThanOrEqual(1)
  })

  it('end if a signal says so', async () => {
    const [first = expect.unreachable()] = await pointsOfEpisode(await playedTo(doors, ['safe']))
    const controller = new AbortController()
    let played = 0
    const onPlayOut = (): void => {
      played++
      if (played === 5) controller.abort()
    }
    const { signal } = controller
    const values = await stepValues(first, { agent: always('safe'), signal, onPlayOut })
    expect(values).toMatchObject({ isCut: true, value: { count: 3 }, actionValue: { count: 2 } })
  })

  it('react to signals even if nothing that is played ever waits', async () => {
    const [first = expect.unreachable()] = await pointsOfEpisode(await playedTo(doors, ['safe']))
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 1)
    const { signal } = controller
    const { isCut, value } = await stepValues(first, { agent: always('safe'), signal, forks: 2 ** 24, confidence: 0.5 })
    expect(isCut).toBe(true)
    expect(value.count).toBeLessThan(2 ** 24)
  })

  it('allow for play-outs that broke down, and say why one did', async () => {
    const [first = expect.unreachable()] = await pointsOfEpisode(await playedTo(doors, ['safe']))
    const moody: Agent = {
      name: 'moody',
      act({ rng }) {
        if (rng.chance(0.2)) throw new Error('not today')
        return { action: 'safe' }
      },
    }
    const { value } = await stepValues(first, { agent: moody, forks: 100 })
    expect(value.missing).toBeGreaterThan(20)
    expect(value.count + value.missing).toBe(100)
    expect(value.high - value.low).toBeGreaterThan(value.missing / 100)
    const never = await stepValues(first, {
      agent: { name: 'never', act: () => expect.unreachable('never') },
      forks: 4,
    })
    expect(never.value).toMatchObject({ value: null, missing: 4, low: 0, high: 1 })
    expect(never.value.reason).toMatch(/AGENT_FAILED/)
  })

  it('need the range of returns', async () => {
    const [first = expect.unreachable()] = await pointsOfEpisode(await playedTo(doors, ['safe']))
    const given = { agent: always('safe'), range: { low: 0, high: 0.5 } }
    await expect(stepValues(first, given)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('values of a step cannot be had', () => {
  const agent = always('safe')

  it.each([
    ['no forks', { forks: 0 }],
    ['half a fork', { forks: 1.5 }],
    ['no confidence', { confidence: 0 }],
    ['certainty', { confidence: 1 }],
    ['a discount above one', { gamma: 1.1 }],
    ['a range upside down', { range: { low: 1, high: 0 } }],
    ['a range without end', { range: { low: 0, high: Number.POSITIVE_INFINITY } }],
  ])('from %s', async (_, given) => {
    const [first = expect.unreachable()] = await pointsOfEpisode(await playedTo(doors, ['safe']))
    await expect(stepValues(first, { agent, ...given })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it.each([{ steps: 0 }, { forks: 0 }, { steps: -5 }, { steps: Number.NaN }])('from the budget %j', (limits) => {
    expect(() => new Budget(limits)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })

  it('where the episode has ended, or nothing was done yet', async () => {
    const ended = await playedTo(doors, ['safe'])
    ended.truncate('enough')
    const last = (await pointsOfEpisode(ended)).at(-1) ?? expect.unreachable()
    await expect(stepValues(last, { agent })).rejects.toMatchObject({ code: 'EPISODE_ENDED' })
    const [fresh = expect.unreachable()] = await pointsOfEpisode(await started(doors))
    await expect(stepValues(fresh, { agent })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/doors@1, task default, step 0: nothing was done/),
    })
  })

  it('where the environment does not fork', async () => {
    const stuck = { ...doors, fork: 'none' as const }
    const [first = expect.unreachable()] = await pointsOfEpisode(await playedTo(stuck, ['safe']))
    await expect(stepValues(first, { agent })).rejects.toMatchObject({
      code: 'FORK_UNSUPPORTED',
      message: expect.stringMatching(/doors@1/),
    })
  })

  it('where the environment draws from elsewhere, once it begins to', async () => {
    let drift = 0
    const shifty = defineEnvironment({
      id: 'shifty@1',
      maxSteps: 5,
      action: textAction((text) => text, 'anything'),
      reset: () => ({ at: 0 }),
      step: ({ at }) => ({ state: { at: at < 2 ? at + 1 : at + drift++ }, reward: 0, terminated: false }),
      observe: { text: () => 'looks the same' },
      actions: () => ['on'],
    })
    const points = await pointsOfEpisode(await playedTo(shifty, ['on', 'on']))
    expect(await stepValues(points[1] ?? expect.unreachable(), { agent, forks: 2 })).toMatchObject({ index: 1 })
    drift = 5
    await expect(pointsOfEpisode(await playedTo(shifty, ['on', 'on', 'on']))).rejects.toMatchObject({
      code: 'NOT_DETERMINISTIC',
      message: expect.stringMatching(/shifty@1.*step 3/),
    })
    const [, , third] = points
    const move = { action: 'on', forkPath: '', effects: [] }
    await expect(stepValues({ ...(third ?? expect.unreachable()), move }, { agent })).rejects.toMatchObject({
      code: 'NOT_DETERMINISTIC',
      message: expect.stringMatching(/shifty@1, task default, step 2/),
    })
  })
})
