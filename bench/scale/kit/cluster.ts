import type { Costs } from './costs.ts'
import { Draws, type Spread } from './draws.ts'
import { EventQueue } from './event-queue.ts'
import { jumpHash } from './jump-hash.ts'
import { Station } from './station.ts'
import { Waits } from './waits.ts'

/** A cluster and its load: sessions that think, take a step and think again. */
export interface ClusterSettings {
  readonly costs: Costs
  readonly nodes: number
  readonly sessions: number
  /** Mean of an agent's time between a reply and its next step, exponential, in ms. */
  readonly thinkMs: number
  /** Network from one process to another, one way, in ms. */
  readonly networkMs: number
  /** `none`: there is no bus. `local`: lines follow the reply. `feed`: the reply waits until the broker has the line. */
  readonly acknowledge: 'none' | 'local' | 'feed'
  /** Brokers that share the shards. */
  readonly brokers: number
  /** Copies that the brokers keep of a line. */
  readonly replicas: 1 | 3
  /** Sessions of a group, all of them on one node. */
  readonly groupSize: number
  /** Sessions of one group that is larger than the others. */
  readonly hotGroup: number
  /** Scorers of a process hook; 0 for no such hook. */
  readonly scorers: number
  /** Steps that a scorer judges in one job, and how long that takes it, in ms. */
  readonly stepsPerJob: number
  readonly scoreMs: number
  readonly spread: Spread
  /** Time before anything is counted, and time that is counted, in ms. */
  readonly warmUpMs: number
  readonly countedMs: number
  readonly seed: number
}

/** Waits of some sessions. */
export interface SimulatedWaits {
  readonly steps: number
  readonly mean: number
  readonly p50: number
  readonly p99: number
}

/** What happened in the time that was counted. */
export interface ClusterResult {
  readonly stepsPerSecond: number
  /** From a step that a client sends to its reply, in ms. */
  readonly step: SimulatedWaits
  /** The same for the hot group alone. */
  readonly hot: SimulatedWaits
  /** Shares of the time in which they were at work, from 0 to 1. */
  readonly busiestNode: number
  readonly meanNode: number
  readonly busiestBroker: number
  readonly scorers: number
  /** Lines that the brokers had not taken at the end. */
  readonly linesBehind: number
  /** From the step that completes a job to its result, in ms. */
  readonly late: SimulatedWaits
}

const STEP = 0
const LINE = 1
const JOB = 2
const JUDGEMENT = 3

/** Simulates a cluster, event by event; equal settings give equal results. */
export const simulateCluster = (settings: ClusterSettings): ClusterResult => new Cluster(settings).run()

class Cluster {
  readonly #of: ClusterSettings
  readonly #draws: Draws
  readonly #events: EventQueue
  readonly #nodes: readonly Station[]
  readonly #brokers: readonly Station[]
  readonly #scorers: Station
  /** Node of each session, and when it sent the step that is not answered yet. */
  readonly #nodeOf: Uint16Array
  readonly #sentAt: Float64Array
  /** Steps of each node that wait for a job to be full. */
  readonly #unscored: Uint32Array
  /** When the step was taken that completed each job that is not scored yet. */
  readonly #jobs = new Map<number, number>()
  #jobCount = 0
  readonly #all = new Waits()
  readonly #hot = new Waits()
  readonly #late = new Waits()
  readonly #endMs: number

  constructor(settings: ClusterSettings) {
    const { nodes, sessions, brokers, scorers, seed, warmUpMs, countedMs } = settings
    this.#of = settings
    this.#draws = new Draws(seed)
    this.#events = new EventQueue(2 * sessions)
    this.#nodes = Array.from({ length: nodes }, () => new Station())
    this.#brokers = Array.from({ length: brokers }, () => new Station())
    this.#scorers = new Station(Math.max(1, scorers))
    this.#nodeOf = Uint16Array.from({ length: sessions }, (_, session) => this.#home(session))
    this.#sentAt = new Float64Array(sessions)
    this.#unscored = new Uint32Array(nodes)
    this.#endMs = warmUpMs + countedMs
  }

  run(): ClusterResult {
    for (let session = 0; session < this.#of.sessions; session++) this.#think(session, 0)
    this.#until(this.#of.warmUpMs)
    const before = this.#worked()
    this.#until(this.#endMs)
    return this.#result(before)
  }

  /** The first sessions are the hot group, the others are in groups of equal size. */
  #home(session: number): number {
    const { hotGroup, groupSize, nodes, seed } = this.#of
    const group = session < hotGroup ? 0 : 1 + Math.floor((session - hotGroup) / groupSize)
    return jumpHash([group, seed], nodes)
  }

  #until(time: number): void {
    const events = this.#events
    while (events.next()) {
      if (events.kind === STEP) this.#step(events.subject)
      else if (events.kind === LINE) this.#line(events.subject)
      else if (events.kind === JOB) this.#job(events.subject)
      else this.#judgement(events.subject)
      if (events.time >= time) return
    }
  }

  #think(session: number, from: number): void {
    const sent = from + this.#draws.exponential(this.#of.thinkMs)
    this.#sentAt[session] = sent
    this.#events.add(sent + this.#of.networkMs, STEP, session)
  }

  #step(session: number): void {
    const { costs, acknowledge, networkMs, scorers } = this.#of
    const node = this.#nodeOf[session] ?? 0
    const work = costs.stepMs + (acknowledge === 'none' ? 0 : costs.relayMs)
    const done = this.#serve(this.#nodes[node], work)
    if (acknowledge !== 'feed') this.#reply(session, done)
    if (acknowledge !== 'none') this.#events.add(done + networkMs, LINE, session)
    if (scorers > 0) this.#collect(node, done)
  }

  /** A line reaches the broker of its shard. */
  #line(session: number): void {
    const { acknowledge, networkMs } = this.#of
    const kept = this.#serve(this.#brokerOf(this.#nodeOf[session] ?? 0), this.#lineMs)
    if (acknowledge === 'feed') this.#reply(session, kept + networkMs)
  }

  #reply(session: number, sentAt: number): void {
    const answered = sentAt + this.#of.networkMs
    const waited = answered - (this.#sentAt[session] ?? 0)
    if (this.#isCounted(answered)) {
      this.#all.add(waited)
      if (session < this.#of.hotGroup) this.#hot.add(waited)
    }
    this.#think(session, answered)
  }

  /** A step waits until its node has enough for a job, which goes through the broker of the shard. */
  #collect(node: number, done: number): void {
    const waiting = (this.#unscored[node] ?? 0) + 1
    this.#unscored[node] = waiting % this.#of.stepsPerJob
    if (waiting < this.#of.stepsPerJob) return
    const job = this.#of.nodes * this.#jobCount++ + node
    this.#jobs.set(job, done)
    this.#events.add(done + this.#of.networkMs, JOB, job)
  }

  #job(job: number): void {
    const { costs, networkMs, nodes } = this.#of
    const kept = this.#serve(this.#brokerOf(job % nodes), costs.jobMs)
    this.#events.add(kept + networkMs, JUDGEMENT, job)
  }

  /** A scorer that is free has the job, or the first that will be; its result comes back through the broker. */
  #judgement(job: number): void {
    const scored = this.#serve(this.#scorers, this.#of.scoreMs)
    const began = this.#jobs.get(job) ?? 0
    this.#jobs.delete(job)
    if (this.#isCounted(scored)) this.#late.add(scored + 2 * this.#of.networkMs - began)
  }

  #serve(station: Station | undefined, meanMs: number): number {
    if (!station) throw new RangeError('a cluster has at least one node and one broker')
    return station.serve(this.#events.time, this.#draws.service(meanMs, this.#of.spread))
  }

  #brokerOf(node: number): Station | undefined {
    return this.#brokers[node % this.#brokers.length]
  }

  get #lineMs(): number {
    const { costs, replicas } = this.#of
    return replicas === 3 ? costs.replicatedLineMs : costs.lineMs
  }

  #isCounted(time: number): boolean {
    return time >= this.#of.warmUpMs && time < this.#endMs
  }

  /** Milliseconds of work of each part so far. */
  #worked(): Worked {
    const now = this.#events.time
    const worked = (station: Station): number => station.workedMs(now)
    return { nodes: this.#nodes.map(worked), brokers: this.#brokers.map(worked), scorers: worked(this.#scorers) }
  }

  #result(before: Worked): ClusterResult {
    const after = this.#worked()
    const { countedMs, scorers } = this.#of
    const nodes = sharesOf(before.nodes, after.nodes, countedMs)
    const brokers = sharesOf(before.brokers, after.brokers, countedMs)
    const behindMs = this.#brokers.reduce((sum, broker) => sum + broker.backlogMs(this.#events.time), 0)
    return {
      stepsPerSecond: (1000 * this.#all.count) / countedMs,
      step: summaryOf(this.#all),
      hot: summaryOf(this.#hot),
      busiestNode: Math.max(...nodes),
      meanNode: nodes.reduce((sum, each) => sum + each, 0) / nodes.length,
      busiestBroker: Math.max(...brokers),
      scorers: scorers === 0 ? 0 : (after.scorers - before.scorers) / (countedMs * scorers),
      linesBehind: Math.round(behindMs / this.#lineMs),
      late: summaryOf(this.#late),
    }
  }
}

/** Milliseconds of work of each part of a cluster. */
interface Worked {
  readonly nodes: readonly number[]
  readonly brokers: readonly number[]
  readonly scorers: number
}

const sharesOf = (before: readonly number[], after: readonly number[], timeMs: number): readonly number[] =>
  after.map((worked, at) => (worked - (before[at] ?? 0)) / timeMs)

const summaryOf = (waits: Waits): SimulatedWaits => ({
  steps: waits.count,
  mean: waits.mean,
  p50: waits.quantile(0.5),
  p99: waits.quantile(0.99),
})
