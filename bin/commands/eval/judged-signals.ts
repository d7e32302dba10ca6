import { GymError } from '../../../core/data/errors.ts'
import type { Trajectory } from '../../../core/data/types.ts'
import type { Run } from '../../../records/index.ts'
import {
  type FirstErrorScores,
  firstErrorScores,
  type LabelledRewards,
} from '../../../rewards/evaluation/first-errors.ts'
import { type JudgedTrajectory, type SignalScores, signalScores } from '../../../rewards/evaluation/step-signal.ts'
import { allKnown, stepValues } from '../../../rewards/recorded.ts'
import { signalValue } from '../../../rewards/signals.ts'
import type { RunLosses } from '../../recorded.ts'

/** What `stepgym eval rewards` found, as it prints it for machines. */
export interface RewardsReport {
  readonly run: string
  readonly losses: RunLosses
  /** Signal of a trajectory that says whether it succeeded: above 0. */
  readonly success: string
  /** Ended trajectories whose success is not known: they are left out. */
  readonly unknown: number
  readonly signals: Readonly<Record<string, SignalScores>>
  /** Signal of a trajectory with the position of its first wrong step. */
  readonly label: string
  /** How well the first low reward is the first wrong step, by signal; none where nothing is labelled. */
  readonly firstErrors: Readonly<Record<string, FirstErrorScores>>
  /** The same measures on another run, which is out of distribution; null without one. */
  readonly other: RewardsReport | null
}

/** Values of an outcome that a run has on record, by trajectory; those that are null are left out. */
export function recordedOutcomes(run: Run, name: string): ReadonlyMap<string, number> {
  const values = [...run.trajectories()].flatMap(({ trajectory: { id, rewards } }) => {
    const value = signalValue(rewards, name)
    return value === null ? [] : [[id, value] as const]
  })
  return new Map(values)
}

/** What trajectories are held against, by their ids. */
export interface KnownOutcomes {
  /** Recorded successes, for trajectories that no hook has judged again. */
  readonly successes: ReadonlyMap<string, number>
  /** Position of the first wrong step; -1 for none. */
  readonly labels: ReadonlyMap<string, number>
}

/** Judged trajectories of each signal, by group. */
export class Signals {
  readonly #success: string
  readonly #known: KnownOutcomes
  readonly #labelled = new Map<string, LabelledRewards[]>()
  readonly #groups = new Map<string, (readonly JudgedTrajectory[])[]>()
  #unknown = 0

  constructor(success: string, known: KnownOutcomes) {
    this.#success = success
    this.#known = known
  }

  add(trajectories: readonly Trajectory[]): void {
    const ended = trajectories.filter(({ ending }) => ending !== 'aborted')
    const known = ended.flatMap((trajectory) => {
      const { successes } = this.#known
      const value = signalValue(trajectory.rewards, this.#success) ?? successes.get(trajectory.id) ?? null
      return value === null ? [] : [{ trajectory, isSuccess: value > 0 }]
    })
    this.#unknown += ended.length - known.length
    for (const name of new Set(known.flatMap(({ trajectory }) => namesIn(trajectory)))) {
      const judged = known.flatMap(({ trajectory, isSuccess }) => {
        const rewards = valuesOf(trajectory, name)
        return rewards.length === 0 ? [] : [{ rewards, isSuccess }]
      })
      const groups = this.#groups.get(name) ?? []
      groups.push(judged)
      this.#groups.set(name, groups)
    }
    for (const trajectory of ended) this.#addLabelled(trajectory)
  }

  /** A step that was not judged may be the first wrong one: its solution is left out. */
  #addLabelled(trajectory: Trajectory): void {
    const label = this.#known.labels.get(trajectory.id)
    if (label === undefined || !Number.isInteger(label) || label < -1 || label >= trajectory.steps.length) return
    for (const name of namesIn(trajectory)) {
      const rewards = allKnown(stepValues(trajectory, name))
      if (rewards !== null) entryOf(this.#labelled, name).push({ rewards, label })
    }
  }

  /** @throws GymError SIGNAL_MISSING where no success is known */
  scores(): Pick<RewardsReport, 'unknown' | 'signals' | 'firstErrors'> {
    if (this.#groups.size === 0)
      throw new GymError(
        'SIGNAL_MISSING',
        `no ended trajectory of the run has a reward ${this.#success}, which says whether it succeeded: name the hooks to judge it by, such as --hook success, or another signal with --success`,
      )
    const signals = [...this.#groups].map(([name, groups]) => [name, signalScores(groups)] as const)
    const errors = [...this.#labelled].map(([name, own]) => [name, firstErrorScores(own)] as const)
    return { unknown: this.#unknown, signals: Object.fromEntries(signals), firstErrors: Object.fromEntries(errors) }
  }
}

const namesIn = ({ steps }: Trajectory): readonly string[] => [
  ...new Set(steps.flatMap(({ rewards }) => rewards.map(({ name }) => name))),
]

function entryOf(lists: Map<string, LabelledRewards[]>, name: string): LabelledRewards[] {
  const own = lists.get(name) ?? []
  lists.set(name, own)
  return own
}

const valuesOf = ({ steps }: Trajectory, name: string): readonly number[] =>
  steps.flatMap(({ rewards }) => signalValue(rewards, name) ?? [])
