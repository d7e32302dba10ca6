import type { ConsumerMessages, JsMsg } from '@nats-io/jetstream'
import { GymError } from '../../../core/data/errors.ts'
import type { FeedEntry, FeedWriter, PlacedEntry, Position, ShardFeed } from '../feed.ts'
import { lostTo } from '../local/feed.ts'
import { ensureStream, lastMessage, lastSequence, type NatsLink, repeated, streamOf, subjectOf } from './connection.ts'
import { isOtherSequence, reasonToWait, refusalOf } from './failures.ts'

/** Messages on their way at a time. */
const IN_FLIGHT = 256

/** Milliseconds of one request for messages. Without it, none come after a restart of the broker. */
const EXPIRES_MS = 2000

interface Message {
  readonly kind: Kind
  readonly data: Uint8Array
  readonly headers: Readonly<Record<string, string | number>>
}

/** A `part` is continued by the next message; a long entry has several. */
type Kind = 'fence' | 'manifest' | 'line' | 'part'

/**
 * A feed in a stream of its own. Each message names the number of the one before it: so what another writer has fenced,
 * or what is sent twice, is refused by the broker.
 */
export class NatsFeed implements ShardFeed {
  readonly #link: NatsLink
  readonly #stream: string
  readonly #subject: (kind: Kind) => string
  readonly #maxBytes: number
  #own: FeedWriter | null = null
  /** Number of the last message that this writer knows of. */
  #sequence = 0

  constructor(link: NatsLink, shard: string, environment: string, maxBytes: number | null) {
    this.#link = link
    this.#stream = streamOf(link, 'FEED', shard, environment)
    this.#subject = (kind) => subjectOf(link, 'feed', shard, environment, kind)
    this.#maxBytes = maxBytes ?? -1
  }

  async fence(writer: FeedWriter): Promise<void> {
    const kinds: readonly Kind[] = ['fence', 'manifest', 'line', 'part']
    const settings = { discard: 'new' as const, max_bytes: this.#maxBytes }
    await ensureStream(this.#link, { name: this.#stream, subjects: kinds.map(this.#subject), ...settings })
    const before = await lastMessage(this.#link, this.#stream, this.#subject('fence'))
    const other = before && writerOf(before.header)
    if (other && other.epoch > writer.epoch) throw lostTo(other)
    try {
      const expect = { lastSubjectSequence: before?.seq ?? 0 }
      const headers = this.#link.headersOf({ ...writer })
      const send = () => this.#link.jetstream.publish(this.#subject('fence'), '', { headers, expect })
      this.#sequence = (await repeated(this.#link, send)).seq
      this.#own = writer
    } catch (thrown) {
      if (isOtherSequence(thrown)) return this.fence(writer)
      throw thrown
    }
  }

  async append(entries: readonly FeedEntry[]): Promise<void> {
    await this.#expectOwn()
    const messages = entries.flatMap((entry) => this.#messagesOf(entry))
    const start = this.#sequence
    for (let done = 0; done < messages.length; done = this.#sequence - start)
      await this.#send(messages.slice(done, done + IN_FLIGHT))
  }

  async writer(): Promise<FeedWriter | null> {
    const fence = await lastMessage(this.#link, this.#stream, this.#subject('fence'))
    return fence && writerOf(fence.header)
  }

  async last(): Promise<Position | null> {
    const last = await lastMessage(this.#link, this.#stream, this.#subject('line'))
    return last && positionOf(last.header)
  }

  async *read(after = 0): AsyncGenerator<PlacedEntry> {
    const last = await lastSequence(this.#link, this.#stream)
    if (last > after) yield* this.#entries(after, last, new AbortController().signal)
  }

  async *follow(after: number, signal: AbortSignal): AsyncGenerator<PlacedEntry> {
    while ((await lastSequence(this.#link, this.#stream)) === 0 && !signal.aborted) await pause()
    if (!signal.aborted) yield* this.#entries(after, Number.POSITIVE_INFINITY, signal)
  }

  /** Those that were not stored are left to be sent again, behind what was. */
  async #send(messages: readonly Message[]): Promise<void> {
    const base = this.#sequence
    const sent = messages.map(({ kind, data, headers }, index) =>
      this.#link.jetstream.publish(this.#subject(kind), data, {
        ...{ timeout: 5000, headers: this.#link.headersOf(headers) },
        expect: { lastSequence: base + index },
      }),
    )
    const done = await Promise.allSettled(sent)
    this.#sequence = base + done.filter(({ status }) => status === 'fulfilled').length
    if (this.#sequence === base + messages.length) return
    this.#link.lost.throwIfAborted()
    const thrown = done.flatMap((each) => (each.status === 'rejected' ? [each.reason] : [])).find(isFirst)
    const refusal = refusalOf(thrown)
    if (refusal) throw refusal
    await pause()
    await this.#expectOwn()
    if (thrown !== undefined) this.#link.waits(`sending to ${this.#stream}: ${reasonToWait(thrown)}`)
    // What only this writer can have added: an answer was lost.
    this.#sequence = await lastSequence(this.#link, this.#stream)
  }

  /** @throws GymError SHARD_LOST */
  async #expectOwn(): Promise<void> {
    const writer = await this.writer()
    if (this.#own !== null && writer === null) throw deletedFeed(this.#stream)
    if (this.#own === null || writer?.epoch !== this.#own.epoch) throw lostTo(writer)
  }

  #messagesOf(entry: FeedEntry): readonly Message[] {
    const data = Buffer.from(entry.text)
    const most = (this.#link.connection.info?.max_payload ?? 2 ** 20) - 4096
    const parts: Message[] = []
    for (let from = 0; from + most < data.length; from += most)
      parts.push({ kind: 'part', data: data.subarray(from, from + most), headers: {} })
    const headers = entry.kind === 'line' ? { at: `${entry.at.segment}:${entry.at.end}` } : {}
    return [...parts, { kind: entry.kind, data: data.subarray(parts.length * most), headers }]
  }

  /** @param last the number to stop at */
  async *#entries(after: number, last: number, signal: AbortSignal): AsyncGenerator<PlacedEntry> {
    const joined = new JoinedParts()
    for await (const message of this.#messages(after, signal)) {
      const kind = message.subject.split('.').at(-1)
      const text = kind === 'fence' ? null : joined.add(message.data, kind === 'part')
      if (text !== null) yield placed(kind === 'manifest' ? 'manifest' : 'line', text, message)
      if (message.seq >= last) return
    }
  }

  /** Each message once, in order. @throws GymError RECORD_CORRUPT; BUS_UNAVAILABLE where the feed is deleted */
  async *#messages(after: number, signal: AbortSignal): AsyncGenerator<JsMsg> {
    const messages = await repeated(this.#link, () => this.#consume(after))
    const stop = (): void => void messages.stop()
    signal.addEventListener('abort', stop, { once: true })
    let isDeleted = false
    void endOf(messages, 'stream_not_found').then(() => {
      isDeleted = true
      stop()
    })
    try {
      let seen = after
      for await (const message of messages) {
        if (signal.aborted) return
        if (message.seq <= seen) continue
        if (message.seq !== seen + 1) throw gapIn(this.#stream, seen, message.seq)
        seen = message.seq
        yield message
      }
      if (signal.aborted) return
      this.#link.lost.throwIfAborted()
      if (isDeleted) throw deletedFeed(this.#stream)
    } finally {
      signal.removeEventListener('abort', stop)
      void messages.close()
    }
  }

  async #consume(after: number): Promise<ConsumerMessages> {
    const from = { deliver_policy: 'by_start_sequence' as const, opt_start_seq: after + 1 }
    const consumer = await this.#link.jetstream.consumers.get(this.#stream, from)
    return consumer.consume({ max_messages: 2000, expires: EXPIRES_MS })
  }
}

/** Puts long entries together. */
class JoinedParts {
  #parts: Uint8Array[] = []

  /** @returns the text; null where more is to come */
  add(data: Uint8Array, isContinued: boolean): string | null {
    this.#parts.push(data)
    if (isContinued) return null
    const text = Buffer.concat(this.#parts).toString()
    this.#parts = []
    return text
  }
}

interface Headers {
  get(name: string): string
}

const placed = (kind: 'manifest' | 'line', text: string, { seq, headers }: JsMsg): PlacedEntry =>
  kind === 'manifest' ? { kind, text, seq } : { kind, text, seq, at: positionOf(headers) }

function positionOf(headers: Headers | undefined): Position {
  const [segment = Number.NaN, end = Number.NaN] = (headers?.get('at') ?? '').split(':').map(Number)
  if (Number.isSafeInteger(segment) && Number.isSafeInteger(end)) return { segment, end }
  throw new GymError('RECORD_CORRUPT', 'a line of the feed does not say where it is in its record')
}

function writerOf(headers: Headers): FeedWriter {
  const [epoch, node, acknowledge] = [Number(headers.get('epoch')), headers.get('node'), headers.get('acknowledge')]
  return { epoch, node, acknowledge: acknowledge === 'local' ? 'local' : 'feed' }
}

const gapIn = (stream: string, seen: number, next: number): GymError =>
  new GymError(
    'RECORD_CORRUPT',
    `the feed ${stream} has no message between ${seen} and ${next}: its record has to come from the disk of its node`,
  )

const deletedFeed = (stream: string): GymError =>
  new GymError(
    'BUS_UNAVAILABLE',
    `the feed ${stream} was deleted from the broker: a node that has its record on disk sends it again when it serves the shard`,
  )

/** Those after a message that was refused have another number than is expected. */
const isFirst = (thrown: unknown): boolean => !isOtherSequence(thrown)

/** Kept when a notice of this kind comes; never where none does. */
async function endOf(messages: ConsumerMessages, kind: string): Promise<void> {
  for await (const { type } of messages.status()) if (type === kind) return
  return new Promise(() => {})
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150))
