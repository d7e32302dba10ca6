import { Gauge, type Registry } from 'prom-client'
import type { Group, Trajectory } from '../../core/data/types.ts'
import type { Reading } from '../../rewards/monitors/reading.ts'
import { TrainingMonitors } from '../../rewards/monitors/training-monitors.ts'

const LABELS = ['environment', 'monitor', 'signal'] as const
type Label = (typeof LABELS)[number]

/** A reading whose value is known. */
type Known = Omit<Reading, 'value'> & { readonly value: number }

/** Monitors of what is trained on a server, one set for each environment, read at each scrape. */
export class TrainingGauges {
  readonly #monitors = new Map<string, TrainingMonitors>()

  constructor(registry: Registry) {
    const gauge = (name: string, help: string, of: (reading: Known) => number): void => {
      const made: Gauge<Label> = new Gauge({
        ...{ name, help, labelNames: LABELS, registers: [registry] },
        collect: (): void => this.#collect(made, of),
      })
    }
    const beyond = 'Whether a monitor is beyond its threshold, with enough groups to say so.'
    gauge('stepgym_monitor', 'Figure of training over the latest groups, by monitor.', ({ value }) => value)
    gauge('stepgym_monitor_beyond', beyond, ({ sentence }) => (sentence === null ? 0 : 1))
  }

  addGroup(environment: string, group: Group): void {
    this.#of(environment).add(group)
  }

  /** Adds an episode of no group; a fork without its group has no start to be compared from. */
  addEpisode(trajectory: Trajectory): void {
    const { environment, groupId, forkedFrom, ending } = trajectory
    if (groupId !== null || forkedFrom !== undefined || ending === 'aborted') return
    this.#of(environment).add({ trajectories: [trajectory], aborted: [] })
  }

  #of(environment: string): TrainingMonitors {
    const monitors = this.#monitors.get(environment) ?? new TrainingMonitors()
    this.#monitors.set(environment, monitors)
    return monitors
  }

  #collect(gauge: Gauge<Label>, of: (reading: Known) => number): void {
    gauge.reset()
    for (const [environment, monitors] of this.#monitors)
      for (const { value, ...reading } of monitors.readings()) {
        const labels = { environment, monitor: reading.monitor, signal: reading.signal ?? '' }
        if (value !== null) gauge.set(labels, of({ ...reading, value }))
      }
  }
}
