import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { limitsOf } from '../../../../server/limits.ts'
import { Outbox } from '../../../../server/protocols/native/channel/outbox.ts'

interface Seen {
  readonly type: string
  readonly seq: number
  readonly count?: number
}

/** A socket whose reader can be slow. */
class Pipe {
  isSlow = false
  readonly frames: Seen[] = []
  send(text: string): void {
    this.frames.push(JSON.parse(text))
  }
}

const outboxOf = (limits: object = {}, forgotten: unknown[] = []): Outbox =>
  new Outbox({ ...limitsOf(), ...limits }, 0, {
    acknowledged: () => {},
    replyForgotten: (id) => void forgotten.push(id),
  })
const frame = ({ nextSeq: seq }: Outbox, type: string): string => JSON.stringify({ type, seq })

describe('an outbox', () => {
  it('sends at once, and again what was not acknowledged', () => {
    const outbox = outboxOf()
    const first = new Pipe()
    outbox.attach(first, 0)
    outbox.reply('a', frame(outbox, 'reply'))
    outbox.event(frame(outbox, 'event'))
    outbox.reply('b', frame(outbox, 'reply'))
    expect(first.frames.map(({ seq }) => seq)).toEqual([1, 2, 3])
    outbox.detach()
    outbox.event(frame(outbox, 'event'))
    const second = new Pipe()
    expect(outbox.attach(second, 1)).toBe(3)
    expect(second.frames.map(({ seq }) => seq)).toEqual([2, 3, 4])
    outbox.acknowledge(4)
    expect(outbox.size).toBe(0)
  })

  it('drops the oldest events for a slow reader, says how many, and never drops a reply', () => {
    const outbox = outboxOf({ queuedEvents: 3 })
    const pipe = new Pipe()
    outbox.attach(pipe, 0)
    pipe.isSlow = true
    for (let n = 0; n < 10; n++) {
      outbox.event(frame(outbox, 'event'))
      outbox.reply(n, frame(outbox, 'reply'))
    }
    pipe.isSlow = false
    outbox.flush()
    expect(pipe.frames.filter(({ type }) => type === 'reply')).toHaveLength(10)
    expect(pipe.frames.filter(({ type }) => type === 'event').map(({ seq }) => seq)).toEqual([15, 17, 19])
    expect(pipe.frames.filter(({ type }) => type === 'dropped')).toEqual([{ type: 'dropped', seq: 13, count: 7 }])
    expect(pipe.frames.map(({ seq }) => seq)).toEqual([...pipe.frames.map(({ seq }) => seq)].sort((a, b) => a - b))
  })

  it('forgets replies that are never acknowledged, and then refuses who missed one', () => {
    const forgotten: unknown[] = []
    const outbox = outboxOf({ storedReplies: 2 }, forgotten)
    outbox.attach(new Pipe(), 0)
    for (const id of ['a', 'b', 'c']) outbox.reply(id, frame(outbox, 'reply'))
    expect(forgotten).toEqual(['a'])
    expect(() => outbox.attach(new Pipe(), 0)).toThrow(expect.objectContaining({ code: 'SESSION_UNKNOWN' }))
    expect(outbox.attach(new Pipe(), 1)).toBe(2)
    expect(() => outbox.attach(new Pipe(), 9)).toThrow(expect.objectContaining({ code: 'SESSION_UNKNOWN' }))
  })

  it('says a reply again if its request is repeated', () => {
    const outbox = outboxOf()
    const pipe = new Pipe()
    outbox.attach(pipe, 0)
    outbox.reply('a', frame(outbox, 'reply'))
    outbox.repeat('a')
    outbox.repeat('unknown')
    expect(pipe.frames).toEqual([pipe.frames[0], pipe.frames[0]])
  })

  it('sends nothing that is too long, and counts on', () => {
    const outbox = outboxOf({ frameBytesOut: 40 })
    const pipe = new Pipe()
    outbox.attach(pipe, 0)
    const long = expect.objectContaining({ code: 'FRAME_TOO_LARGE' })
    expect(() => outbox.reply('a', 'ä'.repeat(21))).toThrow(long)
    outbox.reply('a', frame(outbox, 'reply'))
    expect(pipe.frames).toEqual([{ type: 'reply', seq: 1 }])
  })

  type Deed = 'reply' | 'event' | 'ack' | 'drop' | 'resume' | 'slow' | 'quick'
  const deeds = fc.array(
    fc.record({
      deed: fc.constantFrom<Deed>(
        'reply',
        'reply',
        'event',
        'event',
        'event',
        'ack',
        'drop',
        'resume',
        'slow',
        'quick',
      ),
      /** Share of what was seen that is acknowledged or was had before the drop. */
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { maxLength: 120 },
  )

  it('delivers every reply once it is resumed, in order, with any events between', () => {
    fc.assert(
      fc.property(deeds, (history) => {
        const outbox = outboxOf({ queuedEvents: 4, storedReplies: 1000 })
        const had = new Map<number, Seen>()
        const sent = { reply: 0, event: 0 }
        let acknowledged = 0
        let pipe: Pipe | null = null
        const read = (): void => {
          let last = 0
          for (const frame of pipe?.frames ?? []) {
            expect(frame.seq).toBeGreaterThan(last)
            last = frame.seq
            had.set(frame.seq, frame)
          }
        }
        const last = (): number => Math.max(0, ...had.keys())
        for (const { deed, share } of [...history, { deed: 'resume', share: 1 } as const]) {
          if (deed === 'reply' || deed === 'event') sent[deed]++
          if (deed === 'reply') outbox.reply(`r${sent.reply}`, frame(outbox, 'reply'))
          else if (deed === 'event') outbox.event(frame(outbox, 'event'))
          else if (deed === 'slow' && pipe) pipe.isSlow = true
          else if (deed === 'quick' && pipe) {
            pipe.isSlow = false
            outbox.flush()
          } else if (deed === 'drop') {
            read()
            outbox.detach()
            pipe = null
          } else if (deed === 'ack') {
            read()
            acknowledged = Math.max(acknowledged, Math.floor(last() * share))
            outbox.acknowledge(acknowledged)
          } else if (deed === 'resume') {
            read()
            for (const seq of had.keys()) if (seq > Math.max(acknowledged, last() * share)) had.delete(seq)
            acknowledged = Math.max(acknowledged, last())
            pipe = new Pipe()
            outbox.attach(pipe, acknowledged)
          }
        }
        read()
        const kinds = [...had.values()]
        expect(kinds.filter(({ type }) => type === 'reply')).toHaveLength(sent.reply)
        const lost = kinds.reduce((sum, { count = 0 }) => sum + count, 0)
        const events = kinds.filter(({ type }) => type === 'event').length
        // An event that the client had before it was forgotten may be counted as lost, too.
        expect(events + lost).toBeGreaterThanOrEqual(sent.event)
        expect(events).toBeLessThanOrEqual(sent.event)
      }),
      { numRuns: 300 },
    )
  })

  it('loses observed events before those of its client', () => {
    const outbox = outboxOf({ queuedEvents: 3 })
    const pipe = new Pipe()
    outbox.event(frame(outbox, 'own'))
    for (let n = 0; n < 5; n++) outbox.event(frame(outbox, 'shown'), 'observed')
    outbox.event(frame(outbox, 'own'))
    outbox.event(frame(outbox, 'own'))
    outbox.attach(pipe, 0)
    expect(pipe.frames.map(({ type, seq }) => [type, seq])).toEqual([
      ['own', 1],
      ['dropped', 6],
      ['own', 7],
      ['own', 8],
    ])
    expect(pipe.frames[1]?.count).toBe(5)
  })

  it('takes the place of the last lost event, whichever was lost first', () => {
    const outbox = outboxOf({ queuedEvents: 2 })
    const pipe = new Pipe()
    for (const kind of ['event', 'event', 'observed', 'event', 'event'] as const)
      outbox.event(frame(outbox, kind), kind)
    outbox.attach(pipe, 0)
    expect(pipe.frames.map(({ type, seq }) => [type, seq])).toEqual([
      ['dropped', 3],
      ['event', 4],
      ['event', 5],
    ])
    expect(pipe.frames[0]?.count).toBe(3)
  })

  it('keeps of the replies to resume only the last, in no room of another', () => {
    const forgotten: unknown[] = []
    const outbox = outboxOf({ storedReplies: 2 }, forgotten)
    outbox.attach(new Pipe(), 0)
    outbox.reply('a', frame(outbox, 'reply'))
    outbox.reply('b', frame(outbox, 'reply'))
    for (let cut = 0; cut < 50; cut++) {
      outbox.attach(new Pipe(), 0)
      outbox.resumed(frame(outbox, 'resume'))
    }
    const pipe = new Pipe()
    expect(outbox.attach(pipe, 0)).toBe(2)
    expect(pipe.frames.map(({ seq }) => seq)).toEqual([1, 2])
    expect(forgotten).toEqual([])
  })

  const connections = fc.array(
    fc.record({
      /** Replies that get ready before and after the client is back. */
      before: fc.nat(2),
      after: fc.nat(2),
      /** Frames that get through before it is cut. */
      heard: fc.nat(6),
      acknowledges: fc.boolean(),
    }),
    { maxLength: 60 },
  )

  it('delivers each unacknowledged reply once and in order, however often its client is cut', () => {
    fc.assert(
      fc.property(connections, fc.integer({ min: 1, max: 6 }), (history, storedReplies) => {
        const outbox = outboxOf({ storedReplies })
        const heard: Seen[] = []
        let asked = 0
        const last = (): number => heard.at(-1)?.seq ?? 0
        const answered = (): number => heard.filter(({ type }) => type === 'reply').length
        /** A client never waits for more replies than are kept. */
        const answer = (count: number): void => {
          for (let n = 0; n < count && asked - answered() < storedReplies; n++)
            outbox.reply(`r${asked}`, JSON.stringify({ type: 'reply', seq: outbox.nextSeq, count: ++asked }))
        }
        const connect = ({ before, after, heard: most, acknowledges }: (typeof history)[number]): void => {
          const pipe = new Pipe()
          answer(before)
          outbox.attach(pipe, last())
          outbox.resumed(frame(outbox, 'resume'))
          answer(after)
          for (const frame of pipe.frames.slice(0, most)) if (frame.seq > last()) heard.push(frame)
          if (acknowledges) outbox.acknowledge(last())
          outbox.detach()
        }
        for (const connection of history) connect(connection)
        connect({ before: 0, after: 0, heard: Number.POSITIVE_INFINITY, acknowledges: true })
        const replies = heard.filter(({ type }) => type === 'reply').map(({ count }) => count)
        expect(replies).toEqual(Array.from({ length: asked }, (_, n) => n + 1))
        expect(outbox.size).toBe(0)
      }),
      { numRuns: 500 },
    )
  })
})
