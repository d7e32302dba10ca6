import { createHash } from 'node:crypto'
import type { JsMsg } from '@nats-io/jetstream'
import { messageOf } from '../../../core/data/errors.ts'
import type { Reward } from '../../../core/data/types.ts'
import type { ProcessHook } from '../../../core/reward/hook.ts'
import { judgeJob, type ScorerJob, type ScorerQueue, type Work } from '../../hosting/scorer-queue.ts'
import { ensureStream, lastMessage, type NatsLink, nanos, repeated, streamOf, subjectOf } from './connection.ts'
import { decodeJob, decodeRewards, encodeJob, encodeRewards } from './job-codec.ts'

/** Milliseconds in which the broker drops a message that it has had. */
const DUPLICATES_MS = 120_000
/** Milliseconds that a result is kept, for a node that restarts or takes over: longer than duplicates are dropped. */
const RESULTS_MS = 600_000
/** Milliseconds without a sign of a scorer after which another gets its job. */
const SILENT_MS = 5000
const SIGN_MS = 1500
const MOST_JOBS = 100_000
/** Milliseconds of one request for a job. */
const EXPIRES_MS = 1000

/** Scorers that may die over one job; then it is given up. */
const TRIES = 5

/** Jobs in a stream of NATS, results in one for each shard. */
export class NatsScorerQueue implements ScorerQueue {
  readonly #link: NatsLink
  readonly #shard: string
  readonly #waiting = new Map<string, (text: string) => void>()
  #ready: Promise<void> | null = null

  constructor(link: NatsLink, shard: string) {
    this.#link = link
    this.#shard = shard
  }

  async submit(job: ScorerJob): Promise<readonly Reward[]> {
    const text = encodeJob(job)
    if (Buffer.byteLength(text) > this.#mostBytes) return this.#split(job)
    this.#ready ??= this.#listen()
    await this.#ready
    const id = createHash('sha256').update(text).digest('hex')
    const result = new Promise<string>((resolve) => this.#waiting.set(id, resolve))
    await this.#ask(job, id, text)
    return rewardsIn(await result, job)
  }

  work(hook: ProcessHook): Promise<Work> {
    return workOver(this.#link, hook)
  }

  get #mostBytes(): number {
    return (this.#link.connection.info?.max_payload ?? 2 ** 20) - 4096
  }

  /** A batch that no message can hold is judged in halves; a step that none can hold is a null. */
  async #split(job: ScorerJob): Promise<readonly Reward[]> {
    const { hook, version, steps } = job
    const detail = `the step is longer than the bus takes, ${this.#mostBytes} bytes: raise its max_payload`
    if (steps.length === 1) return [nullOf(hook, version, detail)]
    const half = Math.ceil(steps.length / 2)
    const first = await this.submit({ ...job, steps: steps.slice(0, half) })
    return [...first, ...(await this.submit({ ...job, steps: steps.slice(half) }))]
  }

  /** A result that is there already, from before a restart, counts. */
  async #ask({ hook, version }: ScorerJob, id: string, text: string): Promise<void> {
    const known = await lastMessage(this.#link, this.#results, this.#resultSubject(id))
    if (known) return this.#judged(id, known.string())
    const headers = this.#link.headersOf({ shard: this.#shard, id })
    const subject = subjectOf(this.#link, 'score', hook, `${version}`)
    const msgID = `${this.#shard}:${id}`
    await repeated(this.#link, () => this.#link.jetstream.publish(subject, text, { msgID, headers }))
  }

  #judged(id: string, text: string): void {
    this.#waiting.get(id)?.(text)
    this.#waiting.delete(id)
  }

  get #results(): string {
    return streamOf(this.#link, 'SCORED', this.#shard)
  }

  readonly #resultSubject = (id: string): string => subjectOf(this.#link, 'scored', this.#shard, id)

  async #listen(): Promise<void> {
    await ensureJobs(this.#link)
    const window = { max_age: nanos(RESULTS_MS), duplicate_window: nanos(DUPLICATES_MS) }
    await ensureStream(this.#link, { name: this.#results, subjects: [this.#resultSubject('*')], ...window })
    const messages = await repeated(this.#link, async () => {
      const consumer = await this.#link.jetstream.consumers.get(this.#results, { deliver_policy: 'new' })
      return consumer.consume({ max_messages: 500, expires: 2000 })
    })
    const take = async (): Promise<void> => {
      for await (const message of messages) this.#judged(message.subject.split('.').at(-1) ?? '', message.string())
    }
    // Ends with the connection.
    void take().catch(() => {})
  }
}

/** Takes jobs of a hook, from all shards. */
export async function workOver(link: NatsLink, hook: ProcessHook): Promise<Work> {
  await ensureJobs(link)
  const durable = `${hook.name}-${hook.version}`
  const filter = { filter_subject: subjectOf(link, 'score', hook.name, `${hook.version}`) }
  const kept = { ack_policy: 'explicit' as const, ack_wait: nanos(SILENT_MS), max_deliver: -1, max_ack_pending: 10_000 }
  const stream = streamOf(link, 'SCORE')
  await repeated(link, () => link.manager.consumers.add(stream, { durable_name: durable, ...filter, ...kept }))
  return new NatsWork(link, hook, durable)
}

const ensureJobs = (link: NatsLink): Promise<void> =>
  ensureStream(link, {
    ...{ name: streamOf(link, 'SCORE'), subjects: [subjectOf(link, 'score', '>')], retention: 'workqueue' },
    ...{ discard: 'new', max_msgs: MOST_JOBS, duplicate_window: nanos(DUPLICATES_MS) },
  })

/** Takes jobs, as many at a time as its hook, and says that it is alive while it judges. */
class NatsWork implements Work {
  readonly #link: NatsLink
  readonly #hook: ProcessHook
  readonly #loops: readonly Promise<void>[]
  #isClosed = false

  constructor(link: NatsLink, hook: ProcessHook, durable: string) {
    this.#link = link
    this.#hook = hook
    this.#loops = Array.from({ length: hook.inFlight ?? 1 }, () => this.#loop(durable))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#loops)
  }

  async #loop(durable: string): Promise<void> {
    const { jetstream, connection } = this.#link
    const stream = streamOf(this.#link, 'SCORE')
    while (!this.#isClosed && !connection.isClosed()) {
      const next = async () => (await jetstream.consumers.get(stream, durable)).next({ expires: EXPIRES_MS })
      const message = await repeated(this.#link, next).catch(() => null)
      if (message === null) continue
      if (this.#isClosed) message.nak()
      else await this.#answer(message).catch(() => message.nak(SIGN_MS))
    }
  }

  async #answer(message: JsMsg): Promise<void> {
    const signs = setInterval(() => message.working(), SIGN_MS)
    try {
      const text = encodeRewards(await this.#judged(message))
      const [shard = '', id = ''] = [message.headers?.get('shard'), message.headers?.get('id')]
      const subject = subjectOf(this.#link, 'scored', shard, id)
      await repeated(this.#link, () => this.#link.jetstream.publish(subject, text, { msgID: id }))
      message.ack()
    } finally {
      clearInterval(signs)
    }
  }

  async #judged(message: JsMsg): Promise<readonly Reward[]> {
    const job = decodeJob(message.string())
    const { deliveryCount } = message.info
    if (deliveryCount <= TRIES) return judgeJob(this.#hook, job)
    const detail = `given up: ${deliveryCount - 1} scorers did not survive this batch`
    return job.steps.map(() => nullOf(job.hook, job.version, detail))
  }
}

/** What a scorer said; nulls where that is not about this job, as of one that another version of stepgym runs. */
function rewardsIn(text: string, job: ScorerJob): readonly Reward[] {
  try {
    return decodeRewards(text, job)
  } catch (thrown) {
    const detail = `a scorer answered what cannot be read: ${messageOf(thrown)}; run the same version everywhere`
    return job.steps.map(() => nullOf(job.hook, job.version, detail))
  }
}

const nullOf = (name: string, version: number, detail: string): Reward => ({
  ...{ name, version, latencyMs: 0, value: null, reason: 'threw' },
  detail,
})
