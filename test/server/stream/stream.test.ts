import { describe, expect, it, vi } from 'vitest'
import { defineRewardHook } from '../../../core/reward/hook.ts'
import type { ServerEvent } from '../../../server/hosting/events.ts'
import { EventStream } from '../../../server/stream/stream.ts'
import { pass, stopClock } from '../../support/clock.ts'
import { collector, indicesOf, startedStream, upTo } from '../../support/server/consumers.ts'
import { hostOf, servedIn } from '../../support/server/started-host.ts'

const isMet = async (promise: Promise<unknown> | undefined): Promise<boolean> =>
  Promise.race([
    Promise.resolve(promise).then(() => true),
    new Promise<boolean>((resolve) => setImmediate(() => resolve(false))),
  ])

describe('the stream', () => {
  it('gives every consumer every step, in order, in batches of the size that it chose', async () => {
    const { stream, step } = await startedStream()
    const [large, small] = [collector('large', { maxBatch: 64 }), collector('small', { maxBatch: 3 })]
    stream.attach(large)
    stream.attach(small)
    for (const index of upTo(200)) void step(index)
    await stream.settled()
    expect(large.batches.map(({ length }) => length)).toEqual([64, 64, 64, 8])
    expect(large.batches.flat()).toEqual(upTo(200))
    expect(small.batches.flat()).toEqual(upTo(200))
    expect(small.batches[0]).toEqual([0, 1, 2])
  })

  it('streams the events of a host: start, steps, end, late rewards and group, in this order', async () => {
    const late = defineRewardHook({
      name: 'late',
      version: 1,
      scope: 'process',
      maxBatch: 8,
      reward: (steps) => ({ perStep: steps.map(({ index }) => index) }),
    })
    const host = hostOf([late])
    const stream = new EventStream(host.events)
    const kinds: string[] = []
    stream.attach(collector('kinds', { take: (batch) => void kinds.push(...batch.map(({ kind }) => kind)) }))
    const group = { id: 'g', size: 1 }
    const served = await servedIn(host, { group, maxSteps: 2 })
    await served.step('1')
    await served.step('2')
    await host.stop('done')
    await stream.settled()
    const isLate = (kind: string): boolean => kind === 'rewards-arrived'
    expect(kinds.filter((kind) => !isLate(kind))).toEqual([
      'episode-started',
      'step-taken',
      'step-taken',
      'episode-ended',
      'group-closed',
    ])
    expect(kinds.findIndex(isLate)).toBeGreaterThan(kinds.indexOf('step-taken'))
    expect(kinds.findLastIndex(isLate)).toBe(kinds.indexOf('group-closed') - 1)
  })

  it('never runs a consumer on the path of the reply', async () => {
    const { stream, step } = await startedStream()
    const each = collector('each', { maxBatch: 1 })
    stream.attach(each)
    expect(step(0)).toBeUndefined()
    await Promise.resolve()
    expect(each.batches).toEqual([])
    await stream.settled()
    expect(each.batches).toEqual([[0]])
  })

  it('waits for a batch to fill up if `linger` is set, and no longer', async () => {
    stopClock()
    const { stream, step } = await startedStream()
    const patient = collector('patient', { maxBatch: 4, lingerMs: 20 })
    stream.attach(patient)
    for (const index of upTo(3)) void step(index)
    await new Promise((resolve) => setImmediate(resolve))
    expect(patient.batches).toEqual([])
    void step(3)
    await new Promise((resolve) => setImmediate(resolve))
    expect(patient.batches).toEqual([[0, 1, 2, 3]])
    void step(4)
    await pass(20)
    await stream.settled()
    expect(patient.batches).toEqual([[0, 1, 2, 3], [4]])
  })

  it('moves 200,000 waiting steps at the cost of each, not of all that wait', async () => {
    const count = 200_000
    const { stream, step } = await startedStream()
    const backlog = collector('backlog', { capacity: count })
    stream.attach(backlog)
    for (let index = 0; index < count; index++) void step(index)
    expect(stream.consumers).toMatchObject([{ waiting: count }])
    const moved = countMoves()
    await stream.settled()
    expect(moved()).toBeLessThan(2 * count)
    expect(stream.consumers).toMatchObject([{ waiting: 0, taken: count, dropped: 0 }])
    expect(backlog.batches.flat().every((index, position) => index === position)).toBe(true)
  })

  it('keeps order for everyone when a consumer causes another step', async () => {
    const { stream, step } = await startedStream()
    const echoing = collector('echoing', {
      maxBatch: 1,
      take: (batch: readonly ServerEvent[]) => {
        const [index = 0] = indicesOf(batch)
        if (index < 5) void step(index + 1)
      },
    })
    const second = collector('second')
    stream.attach(echoing)
    stream.attach(second)
    void step(0)
    await stream.settled()
    expect(second.batches.flat()).toEqual(upTo(6))
  })
})

describe('the rules of overflow', () => {
  it('hold replies back while a consumer that blocks is full, and lose nothing', async () => {
    const { stream, step } = await startedStream()
    let goOn = (): void => {}
    const slow = collector('slow', { capacity: 4, maxBatch: 2 })
    const take = async (batch: readonly ServerEvent[]): Promise<void> => {
      await new Promise<void>((resolve) => {
        goOn = resolve
      })
      slow.batches.push(indicesOf(batch))
    }
    stream.attach({ ...slow, take })
    const holds = upTo(6).map((index) => step(index))
    expect(holds.map((hold) => hold === undefined)).toEqual([true, true, true, true, false, false])
    await vi.waitFor(() => expect(stream.consumers).toMatchObject([{ waiting: 4 }]))
    expect(await isMet(holds[5])).toBe(true)
    const eighth = [6, 7].map((index) => step(index)).at(-1)
    expect(await isMet(eighth)).toBe(false)
    goOn()
    await vi.waitFor(() => expect(stream.consumers).toMatchObject([{ waiting: 4, taken: 2 }]))
    expect(await isMet(eighth)).toBe(true)
    const rest = stream.settled()
    while (!(await isMet(rest))) goOn()
    expect(slow.batches.flat()).toEqual(upTo(8))
  })

  it('hold the very reply of a step that a host took', async () => {
    const host = hostOf()
    const stream = new EventStream(host.events)
    let goOn = (): void => {}
    const take = (): Promise<void> => new Promise((resolve) => (goOn = resolve))
    stream.attach(collector('slow', { capacity: 1, maxBatch: 1, take, wants: ({ kind }) => kind === 'step-taken' }))
    const servedEpisodes = await Promise.all([servedIn(host), servedIn(host)])
    const answers = servedEpisodes.map((served) => Promise.resolve(served.step('1')))
    expect(await isMet(answers[0])).toBe(true)
    await vi.waitFor(() => expect(stream.consumers).toMatchObject([{ waiting: 1 }]))
    const third = Promise.resolve(servedEpisodes[0]?.step('1'))
    expect(await isMet(third)).toBe(false)
    goOn()
    expect(await third).toMatchObject({ step: { index: 1 } })
  })

  it('let a consumer that drops lose its oldest, counted, and hold no reply', async () => {
    const { stream, step } = await startedStream()
    const viewer = collector('viewer', { overflow: 'drop-oldest', capacity: 5, maxBatch: 100 })
    stream.attach(viewer)
    expect(upTo(20).map((index) => step(index))).toEqual(upTo(20).map(() => undefined))
    await stream.settled()
    expect(viewer.batches).toEqual([[15, 16, 17, 18, 19]])
    expect(stream.consumers).toMatchObject([{ taken: 5, dropped: 15 }])
  })

  it('do not hold a step that the full consumer does not want', async () => {
    const { stream, step } = await startedStream()
    const take = (): Promise<void> => new Promise(() => {})
    const wants = (event: ServerEvent) => event.kind === 'step-taken' && event.step.index < 5
    stream.attach(collector('choosy', { capacity: 1, take, wants }))
    expect(upTo(8).map((index) => step(index) === undefined)).toEqual([true, ...Array(4).fill(false), true, true, true])
  })
})

const MOVERS = ['shift', 'unshift', 'splice', 'slice', 'concat'] as const

/** Counts the elements of every array that is moved or copied from now on, until it is asked. */
function countMoves(): () => number {
  let moved = 0
  const originals = MOVERS.map((name) => ({ name, method: Array.prototype[name] as (...given: unknown[]) => unknown }))
  for (const { name, method } of originals) {
    const value = function (this: unknown[], ...given: unknown[]): unknown {
      moved += this.length
      return method.apply(this, given)
    }
    Object.defineProperty(Array.prototype, name, { value, configurable: true, writable: true })
  }
  return () => {
    for (const { name, method } of originals)
      Object.defineProperty(Array.prototype, name, { value: method, configurable: true, writable: true })
    return moved
  }
}
