import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Step } from '../../../core/data/types.ts'
import { defineRewardHook } from '../../../core/reward/hook.ts'
import { Quotas, SessionPermits } from '../../../server/hosting/admission.ts'
import { ServerEvents } from '../../../server/hosting/events.ts'
import { Scoring } from '../../../server/hosting/scoring.ts'
import { limitsOf } from '../../../server/limits.ts'
import { Literals } from '../../../server/transport/literals.ts'
import { until } from '../../support/server/client.ts'

const never = new AbortController().signal

describe('Places', () => {
  it('are never more taken than there are, and are given to the longest waiter', async () => {
    const places = new SessionPermits({ sessions: 2, waitingSessions: 10, waitMs: 10_000 }, new Quotas(limitsOf()))
    const first = [places.enter(never, null), places.enter(never, null)]
    const served: number[] = []
    const waiting = [0, 1, 2].map((number) =>
      Promise.resolve(places.enter(never, null)).then((place) => {
        served.push(number)
        return place
      }),
    )
    expect([places.taken, places.waiting]).toEqual([2, 3])
    for (const place of first) (await place).release()
    await Promise.all(waiting.slice(0, 2))
    expect([served, places.taken, places.waiting]).toEqual([[0, 1], 2, 1])
    const [zero] = await Promise.all(waiting.slice(0, 1))
    zero?.release()
    zero?.release()
    await waiting[2]
    expect([served, places.taken, places.waiting]).toEqual([[0, 1, 2], 2, 0])
  })

  it('are given up by those who leave the line, and refused when the line is full or slow', async () => {
    const places = new SessionPermits({ sessions: 1, waitingSessions: 2, waitMs: 30 }, new Quotas(limitsOf()))
    const held = await places.enter(never, null)
    const leaving = new AbortController()
    const left = Promise.resolve(places.enter(leaving.signal, null))
    const slow = Promise.resolve(places.enter(never, null))
    expect(() => places.enter(never, null)).toThrow(expect.objectContaining({ code: 'CAPACITY_REACHED' }))
    leaving.abort()
    await expect(left).rejects.toMatchObject({ code: 'EPISODE_ABORTED' })
    await expect(slow).rejects.toMatchObject({ code: 'CAPACITY_REACHED' })
    held.release()
    expect([places.taken, places.waiting]).toEqual([0, 0])
  })
})

const stepOf = (index: number): Step => ({
  trajectoryId: 't',
  index,
  action: 'a',
  forkPath: '',
  effects: [],
  observation: '',
  anchors: {},
  isActionValid: true,
  nextObservation: '',
  nextAnchors: {},
  rewards: [],
  terminated: false,
  truncated: false,
  info: {},
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
        const scoring = new Scoring({
          hooks: [first, second],
          maxWaiting: 1000,
          onRewards: (rewards) => late.push(...rewards.map(({ index }) => index ?? -1)),
        })
        for (let index = 0; index < count; index++)
          void scoring.add(stepOf(index), { scored: (step) => back.push(step) })
        await until(() => back.length === count)
        expect(back.map(({ index }) => index)).toEqual([...back.keys()])
        expect(back.every(({ index, rewards }) => rewards[0]?.value === index && rewards[1]?.value === 2 * index)).toBe(
          true,
        )
        expect(sizes.every((size) => size <= maxBatch)).toBe(true)
        expect(late).toHaveLength(2 * count)
        expect(scoring.waiting).toBe(0)
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
    const scoring = new Scoring({ hooks: [broken], maxWaiting: 10, onRewards: () => {} })
    for (let index = 0; index < 3; index++) void scoring.add(stepOf(index), { scored: (step) => back.push(step) })
    await until(() => back.length === 3)
    expect(back.map(({ rewards }) => rewards[0])).toMatchObject(back.map(() => ({ value: null, reason: 'threw' })))
  })
})

describe('Broadcast', () => {
  it("keeps a listener's mistakes from everyone else", async () => {
    const broadcast = new ServerEvents()
    const seen: string[] = []
    const boom = (): never => {
      throw new Error('boom')
    }
    broadcast.listen({ rewardsArrived: boom, failed: boom, stepTaken: boom })
    const remove = broadcast.listen({
      rewardsArrived: () => void seen.push('rewards'),
      failed: ({ doing }) => void seen.push(doing),
    })
    broadcast.emit('rewardsArrived', { environment: 'e', rewards: [] })
    expect(seen).toEqual(['telling a listener of rewardsArrived', 'rewards'])
    remove()
    broadcast.emit('rewardsArrived', { environment: 'e', rewards: [] })
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
