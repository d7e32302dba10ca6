import { GymError } from '../../core/data/errors.ts'
import { nearOr } from '../../core/data/near.ts'
import type { Group } from '../../core/data/types.ts'
import { expectWhole } from '../../core/episode/settings.ts'
import { DISAGREEMENT, MONITORS, type Monitor } from './catalog.ts'
import { factsOf, type GroupFacts } from './facts.ts'
import type { Reading } from './reading.ts'

/** Settings of monitors. */
export interface MonitorSettings {
  /** Groups that count, the latest: a whole number from 4. @default 64 */
  readonly window?: number
  /** By name of a monitor, in place of its own. */
  readonly thresholds?: Readonly<Record<string, number>>
}

const DISAGREES = 'disagreement'

/** Names of monitors. */
export const MONITOR_NAMES: readonly string[] = [...Object.keys(MONITORS), DISAGREES]

/** Groups before which nothing is said to be wrong. */
const LEAST_GROUPS = 4

/** Watches what a policy does, over the latest groups of its episodes. An episode of no group is a group of its own. */
export class TrainingMonitors {
  readonly #window: number
  readonly #thresholds: Readonly<Record<string, number>>
  readonly #groups: GroupFacts[] = []
  readonly #signals = new Set<string>()
  #seen = 0

  /** @throws GymError CONFIG_INVALID for a window that is not a whole number from 4, and an unknown monitor */
  constructor({ window = 64, thresholds = {} }: MonitorSettings = {}) {
    expectWhole('the window of monitors', window, LEAST_GROUPS, 1_000_000)
    for (const name of Object.keys(thresholds))
      if (!MONITOR_NAMES.includes(name))
        throw new GymError('CONFIG_INVALID', `there is no monitor ${name}: ${nearOr(name, MONITOR_NAMES, LISTED)}`)
    this.#window = window
    this.#thresholds = thresholds
  }

  /** Groups that were added so far. */
  get groups(): number {
    return this.#seen
  }

  /** Adds a group that has closed. @throws GymError BATCH_INVALID for a fork without the trajectory that it left */
  add(group: Pick<Group, 'trajectories' | 'aborted'>): void {
    if (group.trajectories.length === 0) return
    const facts = factsOf(group)
    for (const signal of facts.agreements.keys()) this.#signals.add(signal)
    this.#groups.push(facts)
    this.#seen++
    if (this.#groups.length > this.#window) this.#groups.shift()
  }

  /** Every monitor, in the order of `MONITOR_NAMES`; disagreement once for each step signal. */
  readings(): readonly Reading[] {
    const all = Object.entries<Monitor>(MONITORS).map(([name, monitor]) => {
      const value = monitor.measure(this.#groups)
      return this.#reading(name, null, monitor, value, (read) => monitor.sentence(read))
    })
    const signals = [...this.#signals].toSorted().map((signal) => {
      const value = DISAGREEMENT.measureOf(this.#groups, signal)
      return this.#reading(DISAGREES, signal, DISAGREEMENT, value, (read) => DISAGREEMENT.sentenceOf(read, signal))
    })
    return [...all, ...signals]
  }

  #reading(
    monitor: string,
    signal: string | null,
    { summary, threshold: own, beyond }: Pick<Monitor, 'summary' | 'threshold' | 'beyond'>,
    value: number | null,
    sentenceOf: (value: number) => string,
  ): Reading {
    const threshold = this.#thresholds[monitor] ?? own
    const isBeyond = value !== null && (beyond === 'above' ? value > threshold : value < threshold)
    const sentence = isBeyond && this.#groups.length >= LEAST_GROUPS ? sentenceOf(value) : null
    return { monitor, signal, summary, value, threshold, beyond, sentence }
  }
}

const LISTED = `there are ${MONITOR_NAMES.join(', ')}`
