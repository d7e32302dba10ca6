import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { ERROR_CODES } from '../../core/data/errors.ts'
import type { Reward, Trajectory } from '../../core/data/types.ts'
import type { ServerEvent, StepTaken } from '../hosting/events.ts'
import type { Host } from '../hosting/host.ts'
import type { Consumer } from '../stream/consumer.ts'
import type { EventStream } from '../stream/stream.ts'
import { TrainingGauges } from './training-gauges.ts'

/**
 * A server's figures, in a registry of its own. They are counted behind the stream, a turn after they happen; should
 * more happen than its queue holds, `stepgym_stream_lost_total{consumer="metrics"}` says how much is not counted.
 */
export class Metrics {
  readonly #registry = new Registry()

  constructor(host: Pick<Host, 'counts'>, stream: EventStream) {
    addGauges(this.#registry, { host, stream })
    stream.attach(new Meters(this.#registry))
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  /** In the text format of Prometheus. */
  page(): Promise<string> {
    return this.#registry.metrics()
  }
}

interface GaugeSources {
  readonly host: Pick<Host, 'counts'>
  readonly stream: Pick<EventStream, 'consumers' | 'observers'>
}

/** What is open and what waits, read at each scrape. */
function addGauges(registry: Registry, { host, stream }: GaugeSources): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    const collect = (): void => made.set(read())
    const made = new Gauge({ name, help, registers: [registry], collect })
  }
  gauge('stepgym_sessions', 'Sessions that are served.', () => host.counts.sessions)
  gauge('stepgym_sessions_waiting', 'Sessions that wait for a free place.', () => host.counts.waiting)
  gauge('stepgym_episodes', 'Running episodes.', () => host.counts.episodes)
  gauge('stepgym_groups', 'Groups that have not closed.', () => host.counts.groups)
  gauge('stepgym_unscored_steps', 'Steps that wait for process hooks.', () => host.counts.unscored)
  gauge('stepgym_observers', 'Connected observers.', () => stream.observers.open)
  gauge('stepgym_observer_queue', 'Events that wait for observers.', () => stream.observers.waiting)
  gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', () => process.memoryUsage.rss())
  addConsumerGauges(registry, stream)
}

function addConsumerGauges(registry: Registry, stream: GaugeSources['stream']): void {
  const waiting = new Gauge({
    name: 'stepgym_stream_queue',
    help: 'Events that wait for a consumer.',
    labelNames: ['consumer'],
    registers: [registry],
    collect: () => {
      waiting.reset()
      for (const { name: consumer, waiting: count } of stream.consumers) waiting.set({ consumer }, count)
    },
  })
  const lost = new Counter({
    name: 'stepgym_stream_lost_total',
    help: 'Events that a consumer lost: dropped because its queue was full, or in a batch on which it failed.',
    labelNames: ['consumer', 'why'],
    registers: [registry],
    collect: () => {
      lost.reset()
      lost.inc({ consumer: 'observers', why: 'dropped' }, stream.observers.missed)
      for (const { name: consumer, dropped, failed } of stream.consumers) {
        lost.inc({ consumer, why: 'dropped' }, dropped)
        lost.inc({ consumer, why: 'failed' }, failed)
      }
    },
  })
}

/** Seconds: from a step in memory to a model behind a network. */
const BUCKETS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
]

/**
 * Counts what happens. Labels are names of what is served, of hooks, and words of closed sets: nothing that a client
 * says, which could make as many series as it likes.
 */
class Meters implements Consumer {
  readonly name = 'metrics'
  readonly overflow = 'drop-oldest'
  /** Room for what many sockets do between two turns of the event loop. */
  readonly capacity = 65_536
  readonly maxBatch = 1024
  readonly #steps
  readonly #invalid
  readonly #superseded
  readonly #stepSeconds
  readonly #hookSeconds
  readonly #nulls
  readonly #started
  readonly #ended
  readonly #groups
  readonly #failures
  readonly #training

  constructor(registry: Registry) {
    const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
      new Counter({ name: `stepgym_${name}`, help, labelNames, registers: [registry] })
    const seconds = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
      new Histogram({ name: `stepgym_${name}`, help, labelNames, buckets: BUCKETS, registers: [registry] })
    this.#steps = counter('steps_total', 'Steps taken and logged.', ['environment'])
    this.#invalid = counter('steps_invalid_total', 'Steps whose action could not be used.', ['environment'])
    this.#superseded = counter('steps_superseded_total', 'Steps whose client gave up waiting.', ['environment'])
    this.#stepSeconds = seconds('step_seconds', 'Transition, turn hooks and log of a step.', ['environment'])
    this.#hookSeconds = seconds('hook_seconds', 'The call that judged a signal, once a signal.', ['hook'])
    this.#nulls = counter('rewards_null_total', 'Signals without a value.', ['hook', 'reason'])
    this.#started = counter('episodes_started_total', 'Episodes started.', ['environment'])
    this.#ended = counter('episodes_ended_total', 'Episodes ended and logged.', ['environment', 'ending', 'reason'])
    this.#groups = counter('groups_closed_total', 'Groups judged and logged.', ['environment'])
    this.#failures = counter('failures_total', 'Failures that no client waited for.', [])
    this.#training = new TrainingGauges(registry)
  }

  wants(): boolean {
    return true
  }

  /** Steps are counted together: they come by the hundred. */
  take(events: readonly ServerEvent[]): void {
    const steps = new Map<string, number>()
    for (const event of events) {
      if (event.kind !== 'step-taken') this.#recordOther(event)
      else {
        const { environment } = event.episode
        steps.set(environment, (steps.get(environment) ?? 0) + 1)
        this.#step(event, environment)
      }
    }
    for (const [environment, count] of steps) this.#steps.inc({ environment }, count)
  }

  #recordOther(event: Exclude<ServerEvent, { readonly kind: 'step-taken' }>): void {
    switch (event.kind) {
      case 'step-superseded':
        this.#superseded.inc({ environment: event.episode.environment })
        break
      case 'rewards-arrived':
        this.#rewards(event.rewards.map(({ reward }) => reward))
        break
      case 'episode-started':
        this.#started.inc({ environment: event.episode.environment })
        break
      case 'episode-ended':
        this.#end(event.trajectory)
        this.#training.addEpisode(event.trajectory)
        break
      case 'group-closed':
        this.#groups.inc({ environment: event.environment })
        this.#training.addGroup(event.environment, event.group)
        break
      case 'failed':
        this.#failures.inc()
        break
    }
  }

  #end({ environment, ending, endingReason, rewards }: Trajectory): void {
    this.#ended.inc({ environment, ending, reason: reasonLabel(endingReason) })
    this.#rewards(rewards)
  }

  #step({ step, latencyMs }: StepTaken, environment: string): void {
    if (!step.isActionValid) this.#invalid.inc({ environment })
    this.#stepSeconds.observe({ environment }, latencyMs / 1000)
    this.#rewards(step.rewards)
  }

  /** The environment's own reward comes with its step; a hook that could not run took no time. */
  #rewards(rewards: readonly Reward[]): void {
    for (const reward of rewards) {
      const hook = reward.name
      const isNull = reward.value === null
      if (isNull) this.#nulls.inc({ hook, reason: reward.reason })
      if (hook !== 'env' && !(isNull && reward.reason === 'aborted'))
        this.#hookSeconds.observe({ hook }, reward.latencyMs / 1000)
    }
  }
}

/** What the kernel, the host and the dialects say of an episode that ended before its rules or its steps ended it. */
const REASONS: ReadonlySet<string> = new Set([
  ...Object.keys(ERROR_CODES),
  'a member could not be started',
  'agentMs',
  'another fork of its frame could not be started',
  'another member could not be started',
  'cancelled',
  'closed',
  'closed by its client',
  'episodeMs',
  'group deadline',
  'idle',
  'maxSteps',
  'not finished',
  'reset before its end',
  'reset by its client',
  'the client left',
  'the connection failed',
  'the connection was lost',
  'the log failed',
  'the server stops',
  'tokens',
  'vector closed by its client',
])

/** A reason as a label: one of a closed set, because the text after a colon may come from user code. */
export function reasonLabel(reason: string | null): string {
  const [kind = ''] = (reason ?? 'none').split(':')
  if (reason === null) return kind
  return REASONS.has(kind) ? kind : 'other'
}
