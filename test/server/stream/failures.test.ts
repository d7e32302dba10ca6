import { describe, expect, it, vi } from 'vitest'
import type { Consumer } from '../../../server/stream/consumer.ts'
import { collector, indicesOf, startedStream, upTo } from '../../support/server/consumers.ts'

const mistake = new Error('a mistake')

describe('a consumer that fails', () => {
  it('is reported, loses that batch, and continues; no other consumer is affected', async () => {
    const { stream, step, failures } = await startedStream()
    const shaky = collector('shaky', { maxBatch: 1 })
    const take: Consumer['take'] = (batch) => {
      if (indicesOf(batch)[0] === 2) throw mistake
      shaky.batches.push(indicesOf(batch))
    }
    const calm = collector('calm')
    stream.attach({ ...shaky, take })
    stream.attach(calm)
    for (const index of upTo(5)) void step(index)
    await stream.settled()
    expect(shaky.batches.flat()).toEqual([0, 1, 3, 4])
    expect(calm.batches.flat()).toEqual(upTo(5))
    expect(failures).toEqual([{ doing: 'handing events to shaky', error: mistake }])
    expect(stream.consumers).toMatchObject([
      { name: 'shaky', taken: 4, failed: 1, isDetached: false },
      { name: 'calm', taken: 5, failed: 0, isDetached: false },
    ])
  })

  it.each([
    ['throws', () => Promise.resolve().then(() => Promise.reject(mistake))],
    ['never answers', () => new Promise<void>(() => {})],
  ])('is given up when it %s five times in a row, and replies that waited for it continue', async (_, take) => {
    const { stream, step, failures } = await startedStream()
    stream.attach(collector('broken', { take, capacity: 1, maxBatch: 1, timeoutMs: 5 }))
    const holds = upTo(9).map((index) => step(index))
    await Promise.all(holds)
    await vi.waitFor(() => expect(stream.consumers).toMatchObject([{ isDetached: true, waiting: 0, failed: 5 }]))
    expect(failures.length).toBe(5)
    expect(step(9)).toBeUndefined()
    expect(stream.consumers).toMatchObject([{ waiting: 0 }])
    await stream.settled()
  })

  it('is not given up for failures that a success parts', async () => {
    const { stream, step } = await startedStream()
    const take: Consumer['take'] = (batch) => {
      if ((indicesOf(batch)[0] ?? 0) % 3 !== 2) throw mistake
    }
    stream.attach(collector('shaky', { take, maxBatch: 1 }))
    for (const index of upTo(12)) void step(index)
    await stream.settled()
    expect(stream.consumers).toMatchObject([{ taken: 4, failed: 8, isDetached: false }])
  })

  it('learns from its signal that it took too long', async () => {
    const { stream, step } = await startedStream()
    const signals: AbortSignal[] = []
    const take: Consumer['take'] = (_, signal) => {
      signals.push(signal)
      return signals.length === 1 ? new Promise(() => {}) : undefined
    }
    stream.attach(collector('slow', { take, timeoutMs: 5 }))
    void step(0)
    await stream.settled()
    void step(1)
    await stream.settled()
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  })

  it('is given up at once when it cannot even look, also if it looks at its own failure', async () => {
    const { stream, step, failures } = await startedStream()
    const wants = (): boolean => {
      throw mistake
    }
    stream.attach(collector('blind', { wants }))
    const other = collector('other')
    stream.attach(other)
    void step(0)
    void step(1)
    await stream.settled()
    expect(failures).toEqual([{ doing: 'handing events to blind', error: mistake }])
    expect(other.batches.flat()).toEqual([0, 1])
  })

  it('may take failures, its own included, without going round in circles', async () => {
    const { broadcast, stream, failures } = await startedStream()
    const take: Consumer['take'] = () => {
      throw mistake
    }
    stream.attach(collector('gloomy', { take, wants: ({ kind }) => kind === 'failed' }))
    broadcast.emit('failed', { doing: 'something', error: mistake })
    await vi.waitFor(() => expect(stream.consumers).toMatchObject([{ isDetached: true }]))
    expect(failures.length).toBe(6)
  })
})

describe('attaching', () => {
  it.each([
    [{ name: 'Bad Name' }, /lower case with dashes/],
    [{ capacity: 0 }, /capacity must be a whole number from 1, not 0/],
    [{ maxBatch: 1.5 }, /maxBatch must be a whole number from 1/],
    [{ timeoutMs: Number.NaN }, /timeoutMs/],
    [{ lingerMs: -1 }, /lingerMs must be a whole number from 0/],
  ])('refuses %j', async (settings, message) => {
    const { stream } = await startedStream()
    expect(() => stream.attach(collector('one', settings))).toThrow(message)
    expect(stream.consumers).toEqual([])
  })

  it('refuses a name twice, and takes it again once it is free', async () => {
    const { stream } = await startedStream()
    const detach = stream.attach(collector('one'))
    expect(() => stream.attach(collector('one'))).toThrow(/two consumers of the stream are called one/)
    detach()
    stream.attach(collector('one'))
    detach()
    expect(stream.consumers).toMatchObject([{ name: 'one', isDetached: false }])
  })

  it('lets replies go that a removed consumer held', async () => {
    const { stream, step } = await startedStream()
    const detach = stream.attach(collector('stuck', { capacity: 1, take: () => new Promise(() => {}) }))
    const holds = upTo(4).map((index) => step(index))
    detach()
    await Promise.all(holds)
    expect(stream.consumers).toEqual([])
  })
})

describe('closing', () => {
  it('waits for consumers that are behind', async () => {
    const { stream, step } = await startedStream()
    const behind = collector('behind', { maxBatch: 1 })
    stream.attach(behind)
    for (const index of upTo(10)) void step(index)
    await stream.close(5000)
    expect(behind.batches.flat()).toEqual(upTo(10))
    expect(step(10)).toBeUndefined()
    expect(stream.consumers).toMatchObject([{ isDetached: true, taken: 10 }])
  })

  it('waits no longer than its limit, and releases what was held', async () => {
    const { stream, step } = await startedStream()
    stream.attach(collector('stuck', { capacity: 1, take: () => new Promise(() => {}) }))
    const holds = upTo(4).map((index) => step(index))
    await stream.close(5)
    await expect(Promise.all(holds)).resolves.toHaveLength(4)
    await stream.close(5)
  })

  it('leaves nothing open that comes later', async () => {
    const { stream } = await startedStream()
    await stream.close(5)
    stream.attach(collector('late'))
    expect(stream.consumers).toMatchObject([{ isDetached: true }])
    expect(await stream.observe().next()).toEqual({ done: true, value: undefined })
    expect(stream.observers).toMatchObject({ open: 0 })
  })
})
