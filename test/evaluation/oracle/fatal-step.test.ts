import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Agent } from '../../../core/rollout/agent.ts'
import { Budget } from '../../../evaluation/oracle/budget.ts'
import { type FatalSettings, type FatalStep, fatalStep } from '../../../evaluation/oracle/fatal-step.ts'
import { pointsOfEpisode } from '../../../evaluation/oracle/retrace.ts'
import { always, doors, playedTo, spoilable } from './worlds.ts'

/** Works with this probability in each step, else spoils it. */
const careful = (probability: number): Agent => ({
  name: 'careful',
  act: ({ rng }) => ({ action: rng.chance(probability) ? 'work' : 'spoil' }),
})

const spoiltAt = (step: number): readonly string[] =>
  Array.from({ length: 8 }, (_, index) => (index === step ? 'spoil' : 'work'))

const found = async (actions: readonly string[], given: FatalSettings, seed = 7): Promise<FatalStep> =>
  fatalStep(await pointsOfEpisode(await playedTo(spoilable, actions, seed)), given)

describe('the first fatal step', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7])('is found where it is: %d', async (step) => {
    const result = await found(spoiltAt(step), { agent: careful(0.95) })
    expect(result).toMatchObject({ index: step, reason: 'found', lastAlive: step, firstLost: step + 1 })
    expect(result.judged.length).toBeLessThanOrEqual(4)
  })

  it('is the first of several', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), async (spoils) => {
        fc.pre(spoils.includes(true))
        const actions = spoils.map((isSpoilt) => (isSpoilt ? 'spoil' : 'work'))
        expect((await found(actions, { agent: always('work') })).index).toBe(spoils.indexOf(true))
      }),
      { numRuns: 20 },
    )
  })

  it('is searched by halves, with no more forks than it takes', async () => {
    const { judged } = await found(spoiltAt(2), { agent: always('work') })
    expect(judged.map(({ index, verdict }) => [index, verdict])).toEqual([
      [3, 'lost'],
      [1, 'alive'],
      [2, 'alive'],
    ])
    const forks = judged.map((each) => each.forks)
    expect(Math.max(...forks)).toBeLessThan(256)
    expect(forks[1]).toBeLessThan(forks[0] ?? 0)
  })

  it('is null if the start was lost: the agent never solves the task', async () => {
    const result = await found(spoiltAt(4), { agent: always('spoil') })
    expect(result).toMatchObject({ index: null, reason: 'lost-from-the-start', lastAlive: null, firstLost: 0 })
  })

  it('rests on verdicts that are all right at once as often as stated', async () => {
    const [rounds, threshold, confidence] = [120, 0.45, 0.8]
    const isAlive = (index: number): boolean => index <= 5 && 0.9 ** (8 - index) > threshold
    let wrong = 0
    for (let seed = 0; seed < rounds; seed++) {
      const { judged } = await found(spoiltAt(5), { agent: careful(0.9), threshold, confidence, forks: 60 }, seed)
      if (judged.some(({ index, verdict }) => verdict === (isAlive(index) ? 'lost' : 'alive'))) wrong++
    }
    expect(wrong / rounds).toBeLessThanOrEqual(1 - confidence)
  })

  it('is bracketed if the forks do not decide on which side of the threshold a value is', async () => {
    const result = await found(spoiltAt(6), { agent: careful(0.5), threshold: 0.5 ** 5, forks: 30 })
    expect(result).toMatchObject({ index: null, reason: 'undecided' })
    expect(result.lastAlive ?? -1).toBeLessThanOrEqual(6)
    expect(result.firstLost).toBe(8)
    expect(result.judged.some(({ verdict, forks }) => verdict === 'undecided' && forks === 30)).toBe(true)
  })

  it('is bracketed if the budget ends', async () => {
    const { judged } = await found(spoiltAt(2), { agent: always('work') })
    const forks = (judged[0]?.forks ?? 0) + 1
    const budget = new Budget({ forks })
    const result = await found(spoiltAt(2), { agent: always('work'), budget })
    expect(result).toMatchObject({ index: null, reason: 'budget', firstLost: 3 })
    expect(budget.spent.forks).toBe(forks)
    expect(result.judged.map((each) => [each.index, each.forks])).toEqual([
      [3, forks - 1],
      [1, 1],
    ])
    const none = await found(spoiltAt(2), { agent: always('work'), budget })
    expect(none).toMatchObject({ index: null, reason: 'budget', lastAlive: null, firstLost: 8, judged: [] })
  })

  it('is bracketed if a signal ends it', async () => {
    const controller = new AbortController()
    const onPlayOut = (): void => controller.abort()
    const { signal } = controller
    const result = await found(spoiltAt(2), { agent: always('work'), signal, onPlayOut })
    expect(result).toMatchObject({ index: null, reason: 'interrupted', judged: [{ forks: 1, isCut: true }] })
  })

  it('is not derived from play-outs that break down', async () => {
    const broken: Agent = { name: 'broken', act: () => expect.unreachable('broken') }
    const result = await found(spoiltAt(2), { agent: broken, forks: 20 })
    expect(result).toMatchObject({ index: null, reason: 'undecided', lastAlive: null, firstLost: 8 })
    expect(result.judged[0]?.value).toMatchObject({ value: null, missing: 20 })
  })

  it.each([
    ['an episode that earned its reward', spoiltAt(-1), {}, /earned 1: it did not fail/],
    ['an episode that has not ended', ['work', 'spoil'], {}, /has not ended/],
    ['an episode without a step', [], {}, /without a step/],
    ['a threshold at the lowest return', spoiltAt(1), { threshold: 0 }, /never that it is the lowest/],
    ['a threshold above all returns', spoiltAt(1), { threshold: 1 }, /lies between 0 and 1/],
  ])('is not looked for in %s', async (_, actions, given, message) => {
    const search = found(actions, { agent: always('work'), ...given })
    await expect(search).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) })
  })

  it('is not looked for if nothing can be forked', async () => {
    const stuck = { ...doors, fork: 'none' as const }
    const points = await pointsOfEpisode(await playedTo(stuck, ['quick'], 3))
    const isOver = points.at(-1)?.episode.ending !== null
    const last = isOver ? points : await pointsOfEpisode(await playedTo({ ...stuck, maxSteps: 1 }, ['quick'], 3))
    await expect(fatalStep(last, { agent: always('safe') })).rejects.toMatchObject({ code: 'FORK_UNSUPPORTED' })
  })
})
