import type { StoredMsg } from '@nats-io/jetstream'
import { GymError } from '../../../core/data/errors.ts'
import { parseJson } from '../../../core/data/json.ts'
import { lostClaim } from '../claims.ts'
import type { Claim, Directory, OwnerListener, ShardOwner } from '../directory.ts'
import { ensureStream, lastMessage, type NatsLink, nanos, repeated, streamOf, subjectOf } from './connection.ts'
import { isOtherSequence } from './failures.ts'

/** Milliseconds without a sign of life after which an owner may be replaced. */
const LEASE_MS = 3000
const RENEWAL_MS = 700

/** Milliseconds after the broker was away in which owners have time to renew, and no one claims. */
const QUIET_MS = 2 * LEASE_MS

/**
 * Owners and nodes as the last messages of subjects, which the broker forgets after the time of a lease by its own clock:
 * clocks of nodes may jump.
 */
export class NatsDirectory implements Directory {
  readonly #link: NatsLink
  readonly #stream: string
  readonly #claims = new Set<NatsClaim>()
  readonly #stops: (() => void | Promise<void>)[] = []
  #quietUntil = 0

  private constructor(link: NatsLink) {
    this.#link = link
    this.#stream = streamOf(link, 'OWNERS')
    void this.#noticeBreaks()
  }

  static async open(link: NatsLink): Promise<NatsDirectory> {
    const subjects = ['owner', 'node'].map((kind) => subjectOf(link, kind, '*'))
    const kept = { max_age: nanos(LEASE_MS), max_msgs_per_subject: 1, duplicate_window: nanos(1000) }
    await ensureStream(link, { name: streamOf(link, 'OWNERS'), subjects, ...kept })
    return new NatsDirectory(link)
  }

  async join(node: string): Promise<() => Promise<void>> {
    const renew = () => this.#link.jetstream.publish(subjectOf(this.#link, 'node', node), '')
    await repeated(this.#link, renew)
    const timer = setInterval(() => void renew().catch(() => {}), RENEWAL_MS).unref()
    const leave = async (): Promise<void> => {
      clearInterval(timer)
      await this.#forget(node)
    }
    this.#stops.push(leave)
    return leave
  }

  nodes(): Promise<readonly string[]> {
    return this.#lastTokens('node')
  }

  async claim(shard: string, node: string): Promise<Claim | null> {
    if (performance.now() < this.#quietUntil) return null
    const before = await this.#message(shard)
    if (before && ownerIn(before)) return null
    const claim = await NatsClaim.begin(this.#link, shard, node, before?.seq ?? 0)
    if (!claim) return null
    this.#claims.add(claim)
    claim.lost.addEventListener('abort', () => this.#claims.delete(claim), { once: true })
    return claim
  }

  async owner(shard: string): Promise<ShardOwner | null> {
    const message = await this.#message(shard)
    return message && ownerIn(message)
  }

  async owners(): Promise<ReadonlyMap<string, ShardOwner>> {
    const owners = new Map<string, ShardOwner>()
    for (const shard of await this.#lastTokens('owner')) {
      const owner = await this.owner(shard)
      if (owner) owners.set(shard, owner)
    }
    return owners
  }

  async watch(listener: OwnerListener): Promise<() => void> {
    const known = new Map<string, string>()
    const look = async (): Promise<void> => {
      const owners = await this.owners()
      for (const shard of new Set([...known.keys(), ...owners.keys()])) {
        const owner = owners.get(shard) ?? null
        if (known.get(shard) === JSON.stringify(owner)) continue
        if (owner) known.set(shard, JSON.stringify(owner))
        else known.delete(shard)
        listener(shard, owner)
      }
    }
    await look()
    return this.#repeatedly(look)
  }

  async close(): Promise<void> {
    await Promise.all(this.#stops.splice(0).map((stop) => stop()))
    await Promise.all([...this.#claims].map((claim) => claim.release()))
  }

  /** Where there is no answer, the lease lapses. */
  async #forget(node: string): Promise<void> {
    const filter = subjectOf(this.#link, 'node', node)
    await this.#link.manager.streams.purge(this.#stream, { filter }).catch(() => {})
  }

  #repeatedly(look: () => Promise<void>): () => void {
    let isStopped = false
    const stop = (): void => {
      isStopped = true
    }
    const run = async (): Promise<void> => {
      while (!isStopped && !this.#link.connection.isClosed()) {
        await new Promise((resolve) => setTimeout(resolve, RENEWAL_MS / 7))
        if (!isStopped) await look()
      }
    }
    void run().catch(() => {})
    this.#stops.push(stop)
    return stop
  }

  #message(shard: string): Promise<StoredMsg | null> {
    return lastMessage(this.#link, this.#stream, subjectOf(this.#link, 'owner', shard))
  }

  async #lastTokens(kind: 'owner' | 'node'): Promise<readonly string[]> {
    const subjects = { subjects_filter: subjectOf(this.#link, kind, '*') }
    const { state } = await repeated(this.#link, () => this.#link.manager.streams.info(this.#stream, subjects))
    return Object.keys(state.subjects ?? {})
      .map((subject) => subject.split('.').at(-1) ?? '')
      .sort()
  }

  async #noticeBreaks(): Promise<void> {
    for await (const { type } of this.#link.connection.status())
      if (type === 'disconnect' || type === 'reconnect') this.#quietUntil = performance.now() + QUIET_MS
  }
}

/** Owner of a message; null where it says that the shard was released. */
function ownerIn(message: StoredMsg): ShardOwner | null {
  const value = parseJson(message.string())
  if (value === null) return null
  const { node, url, epoch } = value as Partial<ShardOwner>
  if (typeof node !== 'string' || (url !== null && typeof url !== 'string'))
    throw new GymError('BUS_UNAVAILABLE', 'the bus says of an owner of a shard what cannot be read')
  return { node, url, epoch: epoch ?? message.seq }
}

class NatsClaim implements Claim {
  readonly shard: string
  readonly epoch: number
  readonly #link: NatsLink
  readonly #lost = new AbortController()
  readonly #timer: NodeJS.Timeout
  #owner: ShardOwner
  #revision: number
  /** Renewals are made one after the other. */
  #last: Promise<unknown> = Promise.resolve()

  private constructor(link: NatsLink, shard: string, node: string, revision: number) {
    this.#link = link
    this.shard = shard
    this.epoch = revision
    this.#revision = revision
    this.#owner = { node, url: null, epoch: revision }
    this.#timer = setInterval(() => void this.#renew(this.#owner).catch(() => {}), RENEWAL_MS).unref()
  }

  /** @param before number of the message that says that the shard is free; 0 for none */
  static async begin(link: NatsLink, shard: string, node: string, before: number): Promise<NatsClaim | null> {
    const expect = { lastSubjectSequence: before }
    const text = JSON.stringify({ node, url: null })
    const send = () => link.jetstream.publish(subjectOf(link, 'owner', shard), text, { expect })
    try {
      return new NatsClaim(link, shard, node, (await send()).seq)
    } catch {
      return null
    }
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  async announce(url: string): Promise<void> {
    this.#owner = { ...this.#owner, url }
    await repeated(this.#link, () => this.#renew(this.#owner))
  }

  async release(): Promise<void> {
    if (this.#lost.signal.aborted) return
    clearInterval(this.#timer)
    await this.#renew(null).catch(() => {})
    this.#lost.abort()
  }

  #renew(owner: ShardOwner | null): Promise<void> {
    const renewing = this.#last.catch(() => {}).then(() => this.#publish(owner))
    this.#last = renewing
    return renewing
  }

  /** @throws GymError SHARD_LOST */
  async #publish(owner: ShardOwner | null): Promise<void> {
    if (this.#lost.signal.aborted) throw lostClaim(this.shard)
    try {
      await this.#send(owner, this.#revision)
    } catch (thrown) {
      if (!isOtherSequence(thrown)) throw thrown
      await this.#send(owner, await this.#currentRevision()).catch((again: unknown) => {
        if (isOtherSequence(again)) this.#lose()
        throw again
      })
    }
  }

  async #send(owner: ShardOwner | null, lastSubjectSequence: number): Promise<void> {
    const expect = { lastSubjectSequence }
    const subject = subjectOf(this.#link, 'owner', this.shard)
    this.#revision = (await this.#link.jetstream.publish(subject, JSON.stringify(owner), { expect })).seq
  }

  /** Number of this claim's last message, where an answer was lost; 0 where the lease lapsed and no one else has it. @throws GymError SHARD_LOST */
  async #currentRevision(): Promise<number> {
    const subject = subjectOf(this.#link, 'owner', this.shard)
    const message = await lastMessage(this.#link, streamOf(this.#link, 'OWNERS'), subject)
    if (message === null) return 0
    if (ownerIn(message)?.epoch === this.epoch) return message.seq
    this.#lose()
    throw lostClaim(this.shard)
  }

  #lose(): void {
    clearInterval(this.#timer)
    this.#lost.abort()
  }
}
