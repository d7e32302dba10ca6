import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Step } from '../../../core/data/types.ts'
import { defineRewardHook, hookSet, type ProcessHook } from '../../../core/reward/hook.ts'
import { Quotas, SessionPermits } from '../../../server/hosting/admission.ts'
import { ServerEvents } from '../../../server/hosting/events.ts'
import { LocalScorerQueue, type ScorerQueue } from '../../../server/hosting/scorer-queue.ts'
import { Scoring } from '../../../server/hosting/scoring.ts'
import { limitsOf } from '../../../server/limits.ts'
import { Literals } from '../../../server/transport/literals.ts'
import { step } from '../../support/reward-samples.ts'
import { until } from '../../support/server/client.ts'

const scoringOf = (hooks: readonly ProcessHook[], scorers: ScorerQueue, failures: unknown[] = []): Scoring =>
  new Scoring({ hooks, scorers, maxWaiting: 10, onRewards: () => {}, onFailure: (error) => failures.push(error) })

const never = new AbortController().signal

describe('SessionPermits', () => {
  it('are never more taken than there are, and are given to the longest waiter', async () => {
    const permits = new SessionPermits({ sessions: 2, waitingSessions: 10, waitMs: 10_000 }, new Quotas(limitsOf()))
    const first = [permits.enter(never, null), permits.enter(never, null)]
    const served: number[] = []
    const waiting = [0, 1, 2].map((number) =>
      Promise.resolve(permits.enter(never, null)).then((permit) => {
        served.push(number)
        return permit
      }),
    )
    expect([permits.taken, permits.waiting]).toEqual([2, 3])
    for (const permit of first) (await permit).release()
    await Promise.all(waiting.slice(0, 2))
    expect([served, permits.taken, permits.waiting]).toEqual([[0, 1], 2, 1])
    const [zero] = await Promise.all(waiting.slice(0, 1))
    zero?.release()
    zero?.release()
    await waiting[2]
    expect([served, permits.taken, permits.waiting]).toEqual([[0, 1, 2], 2, 0])
  })

  it('are given up by those who leave the line, and refused when the line is full or slow', async () => {
    const permits = new SessionPermits({ sessions: 1, waitingSessions: 2, waitMs: 30 }, new Quotas(limitsOf()))
    const held = await permits.enter(never, null)
    const leaving = new AbortController()
    const left = Promise.resolve(permits.enter(leaving.signal, null))
    const slow = Promise.resolve(permits.enter(never, null))
    expect(() => permits.enter(never, null)).toThrow(expect.objectContaining({ code: 'CAPACITY_REACHED' }))
    leaving.abort()
    await expect(left).rejects.toMatchObject({ code: 'EPISODE_ABORTED' })
    await expect(slow).rejects.toMatchObject({ code: 'CAPACITY_REACHED' })
    held.release()
    expect([permits.taken, permits.waiting]).toEqual([0, 0])
  })
})

describe('Scoring', () => {
  it('hands every step back once, in order, judged by every hook in batches that are not too large', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 40 }), async (maxBatch, count) => {
        const sizes: number[] = []
        const first = defineRewardHook({
          name: 'first',
          version: 1,
          scope: 'process',
          maxBatch,
          reward(steps) {
            sizes.push(steps.length)
            return { perStep: steps.map(({ index }) => index) }
          },
        })
        const second = defineRewardHook({
          name: 'second',
          version: 1,
          scope: 'process',
          maxBatch: 7,
          reward: async (steps) => ({ perStep: steps.map(({ rewards }) => (rewards[0]?.value ?? -1) * 2) }),
        })
        const back: Step[] = []
        const late: number[] = []
        const failures: unknown[] = []
        const scoring = new Scoring({
          hooks: [first, second],
          scorers: new LocalScorerQueue([first, second]),
          maxWaiting: 1000,
          onFailure: (error) => failures.push(error),
          onRewards: (rewards) => late.push(...rewards.map(({ index }) => index ?? -1)),
        })
        for (let index = 0; index < count; index++)
          void scoring.add(step({ index }), { group: null, scored: (step) => back.push(step) })
        await until(() => back.length === count)
        expect(back.map(({ index }) => index)).toEqual([...back.keys()])
        expect(back.every(({ index, rewards }) => rewards[0]?.value === index && rewards[1]?.value === 2 * index)).toBe(
          true,
        )
        expect(sizes.every((size) => size <= maxBatch)).toBe(true)
        expect(late).toHaveLength(2 * count)
        expect([scoring.waiting, failures]).toEqual([0, []])
      }),
      { numRuns: 30 },
    )
  })

  it('continues after a hook that fails, whose rewards are null', async () => {
    const broken = defineRewardHook({
      name: 'broken',
      version: 1,
      scope: 'process',
      maxBatch: 2,
      reward() {
        throw new Error('no model')
      },
    })
    const back: Step[] = []
    const scoring = scoringOf([broken], new LocalScorerQueue([broken]))
    for (let index = 0; index < 3; index++)
      void scoring.add(step({ index }), { group: null, scored: (step) => back.push(step) })
    await until(() => back.length === 3)
    expect(back.map(({ rewards }) => rewards[0])).toMatchObject(back.map(() => ({ value: null, reason: 'threw' })))
  })
})

describe('Scoring in several calls at a time', () => {
  const many = defineRewardHook({
    ...{ name: 'many', version: 1, maxBatch: 1, inFlight: 3, timeoutMs: 60_000 },
    scope: 'process',
    reward: (steps) => ({ perStep: steps.map(() => 1) }),
  })

  /** Submits that wait for the test to keep them. */
  function held(): { readonly scorers: ScorerQueue; readonly answers: ((fails?: Error) => void)[] } {
    const answers: ((fails?: Error) => void)[] = []
    const submit: ScorerQueue['submit'] = ({ steps }) =>
      new Promise((resolve, reject) => {
        const rewards = steps.map(({ index }) => ({ name: 'many', version: 1, latencyMs: 0, value: index }))
        answers.push((fails) => (fails ? reject(fails) : resolve(rewards)))
      })
    return { scorers: { submit, work: () => Promise.reject(new Error('none')) }, answers }
  }

  it('has as many as the hook takes, and passes steps on in their order', async () => {
    const { scorers, answers } = held()
    const scoring = scoringOf([many], scorers)
    const back: number[] = []
    for (let index = 0; index < 5; index++)
      void scoring.add(step({ index }), { group: null, scored: (scored) => back.push(scored.index) })
    await until(() => answers.length === 3)
    expect(scoring.waiting).toBe(2)
    answers[2]?.()
    answers[1]?.()
    await new Promise((resolve) => setImmediate(resolve))
    expect([back, answers.length]).toEqual([[], 3])
    answers[0]?.()
    await until(() => answers.length === 5)
    expect(back).toEqual([0, 1, 2])
    answers[4]?.()
    answers[3]?.()
    await until(() => back.length === 5)
    expect(back).toEqual([0, 1, 2, 3, 4])
  })

  it('reports a batch that no one can judge, and continues', async () => {
    const { scorers, answers } = held()
    const failures: unknown[] = []
    const scoring = scoringOf([many], scorers, failures)
    const back: number[] = []
    for (const index of [0, 1])
      void scoring.add(step({ index }), { group: null, scored: (scored) => back.push(scored.index) })
    await until(() => answers.length === 2)
    answers[0]?.(new Error('no bus'))
    answers[1]?.()
    await until(() => back.length === 1)
    expect([back, failures]).toEqual([[1], [new Error('no bus')]])
  })

  it('is refused for a number of calls that is not whole', () => {
    expect(() => defineRewardHook({ ...many, inFlight: 0.5 })).toThrow('inFlight')
    expect(hookSet([many]).process[0]?.inFlight).toBe(3)
  })
})

describe('ServerEvents', () => {
  it("keeps a listener's mistakes from everyone else", async () => {
    const events = new ServerEvents()
    const seen: string[] = []
    const boom = (): never => {
      throw new Error('boom')
    }
    events.listen({ rewardsArrived: boom, failed: boom, stepTaken: boom })
    const remove = events.listen({
      rewardsArrived: () => void seen.push('rewards'),
      failed: ({ doing }) => void seen.push(doing),
    })
    events.emit('rewardsArrived', { environment: 'e', rewards: [] })
    expect(seen).toEqual(['notifying a listener of rewardsArrived', 'rewards'])
    remove()
    events.emit('rewardsArrived', { environment: 'e', rewards: [] })
    expect(seen).toHaveLength(2)
  })
})

describe('Literals', () => {
  it('are what JSON.stringify says, within their budget', () => {
    const literals = new Literals(50)
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(literals.of(text)).toBe(JSON.stringify(text))
      }),
    )
  })
})
