import { describe, expect, it } from 'vitest'
import { limitsOf } from '../../../../server/limits.ts'
import { Outbox } from '../../../../server/protocols/native/channel/outbox.ts'
import { Requests } from '../../../../server/protocols/native/channel/requests.ts'
import { ByteBudget, type Holder } from '../../../../server/transport/byte-budget.ts'

const step = { type: 'step', id: 1, episode: 'e', action: { b: [1, -0, Number.NaN], a: 12345678901234567890n } }

describe('requests', () => {
  it('are recognised by what they say, whatever they acknowledge and in whatever order', () => {
    const requests = new Requests(4)
    expect(requests.isRepeated(1, step)).toBe(false)
    expect(requests.isRepeated(1, { ack: 7, ...step })).toBe(true)
    const { type, ...rest } = step
    expect(requests.isRepeated(1, { ...rest, type })).toBe(true)
    requests.acknowledged(1)
    expect(requests.isRepeated(1, { ...step, action: 'other' })).toBe(false)
  })

  it.each<object>([
    { ...step, action: 'other' },
    { ...step, more: null },
    { ...step, action: { ...step.action, b: [1, -0, null] } },
    { ...step, action: { ...step.action, a: '12345678901234567890n' } },
    { ...step, action: { ...step.action, b: ['1', 0, Number.NaN] } },
  ])('of the same id are refused where they differ: %o', (other) => {
    const requests = new Requests(4)
    requests.isRepeated(1, step)
    expect(() => requests.isRepeated(1, { ...other })).toThrow(expect.objectContaining({ code: 'REQUEST_CONFLICT' }))
  })

  it('are not executed twice after their replies were discarded', () => {
    const requests = new Requests(2)
    for (const id of [1, 2, 3]) {
      requests.isRepeated(id, { ...step, id })
      requests.replyForgotten(id)
    }
    for (const id of [2, 3])
      expect(() => requests.isRepeated(id, { ...step, id })).toThrow(/its|whose reply is kept no longer/)
    expect(requests.isRepeated(3, { ...step, id: 3, action: 'another' })).toBe(false)
  })
})

/** As long as it is said to be. */
const reply = (bytes: number): string => 'x'.repeat(bytes)

interface Noted {
  readonly outbox: Outbox
  readonly forgotten: unknown[]
}

function outboxOf(limits: object): Noted {
  const forgotten: unknown[] = []
  const outbox = new Outbox({ ...limitsOf(), ...limits }, 0, {
    acknowledged: () => {},
    replyForgotten: (request) => void forgotten.push(request),
  })
  return { outbox, forgotten }
}

const taking = { isSlow: false, send: () => {} }

describe('an outbox in bytes', () => {
  it('forgets the first replies that were sent beyond storedBytes, and keeps the last whatever its size', () => {
    const { outbox, forgotten } = outboxOf({ storedBytes: 250 })
    outbox.attach(taking, 0)
    for (const id of ['a', 'b', 'c']) outbox.reply(id, reply(100))
    expect({ forgotten, bytes: outbox.bytes }).toEqual({ forgotten: ['a'], bytes: 200 })
    outbox.reply('large', reply(1000))
    expect({ forgotten, bytes: outbox.bytes }).toEqual({ forgotten: ['a', 'b', 'c'], bytes: 1000 })
    expect(() => outbox.attach(taking, 2)).toThrow(expect.objectContaining({ code: 'SESSION_UNKNOWN' }))
    expect(outbox.attach(taking, 3)).toBe(1)
  })

  it('keeps every reply that was not sent', () => {
    const { outbox, forgotten } = outboxOf({ storedBytes: 250 })
    for (const id of ['a', 'b', 'c', 'd']) outbox.reply(id, reply(100))
    expect({ forgotten, bytes: outbox.bytes }).toEqual({ forgotten: [], bytes: 400 })
    expect(outbox.unsentBytes).toBe(400)
    expect(outbox.attach(taking, 0)).toBe(4)
  })

  it('keeps little for a client that does not acknowledge, and much again once it does', () => {
    const { outbox } = outboxOf({ storedReplies: 4, unacknowledgedBytes: 200 })
    outbox.attach(taking, 0)
    for (let n = 1; n <= 4; n++) outbox.reply(n, reply(100))
    expect(outbox.bytes).toBe(400)
    outbox.reply(5, reply(100))
    expect(outbox.bytes).toBe(200)
    outbox.acknowledge(5)
    for (let n = 6; n <= 9; n++) outbox.reply(n, reply(100))
    expect(outbox.bytes).toBe(400)
  })

  it('loses the oldest events if their bytes are too many', () => {
    const { outbox } = outboxOf({ storedBytes: 100 })
    for (let n = 0; n < 50; n++) outbox.event(reply(60))
    expect(outbox.bytes).toBeLessThanOrEqual(200)
    const sent: string[] = []
    outbox.attach({ isSlow: false, send: (frame) => void sent.push(String(frame)) }, 0)
    expect(sent.join('').length).toBe(outbox.bytes)
  })

  it('is zero when all is acknowledged or discarded', () => {
    const { outbox } = outboxOf({ queuedEvents: 2 })
    for (let n = 0; n < 9; n++) {
      outbox.reply(n, reply(10))
      outbox.event(reply(20))
    }
    outbox.attach(taking, 0)
    outbox.shrink()
    expect(outbox.size).toBeLessThanOrEqual(2)
    outbox.acknowledge(100)
    expect(outbox.bytes).toBe(0)
  })
})

describe('a budget of bytes', () => {
  const holder = (bytes: number, budget: ByteBudget): Holder & { bytes: number } => {
    const made = {
      bytes,
      giveWay(): void {
        budget.resized(made, -made.bytes)
        made.bytes = 0
      },
    }
    budget.add(made)
    return made
  }

  it('discards frames of the largest session, and of no other', () => {
    const budget = new ByteBudget(100)
    const [small, large, larger] = [holder(30, budget), holder(50, budget), holder(60, budget)]
    budget.settle()
    expect([small.bytes, large.bytes, larger.bytes, budget.held]).toEqual([30, 50, 0, 80])
  })

  it('stops if no session can discard anything', () => {
    const budget = new ByteBudget(10)
    budget.add({ bytes: 20, giveWay: () => {} })
    budget.settle()
    expect(budget.held).toBe(20)
  })
})
