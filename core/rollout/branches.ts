import { GymError } from '../data/errors.ts'
import { counted } from '../data/shown.ts'
import type { Step, Trajectory } from '../data/types.ts'

/** The past of a fork: the trajectory it left, and every step up to there. */
export interface SharedPrefix {
  readonly trajectoryId: string
  readonly steps: readonly Step[]
}

/** Trajectories of which some were forked from others: a record has each step once, and here each one is whole. */
export class Branches {
  readonly #byId: ReadonlyMap<string, Trajectory>
  readonly #whole = new Map<string, readonly Step[]>()

  constructor(trajectories: readonly Trajectory[]) {
    this.#byId = new Map(trajectories.map((trajectory) => [trajectory.id, trajectory]))
  }

  /**
   * Every step from the reset on. The shared ones are those of the trajectories that they were taken in, whose ids they
   * bear.
   * @throws GymError BATCH_INVALID where a trajectory that it was forked from is not here, or lacks steps.
   */
  stepsOf(trajectory: Trajectory): readonly Step[] {
    if (trajectory.forkedFrom === undefined) return trajectory.steps
    const known = this.#whole.get(trajectory.id)
    if (known) return known
    const whole = [...this.#sharedPrefix(trajectory), ...trajectory.steps]
    this.#whole.set(trajectory.id, whole)
    return whole
  }

  /** @throws GymError as `stepsOf` */
  wholeOf(trajectory: Trajectory): Trajectory {
    return trajectory.forkedFrom === undefined ? trajectory : { ...trajectory, steps: this.stepsOf(trajectory) }
  }

  /** The trajectory that began with a reset, from which this one came by forks. @throws GymError as `stepsOf` */
  rootOf(trajectory: Trajectory): Trajectory {
    let root = trajectory
    while (root.forkedFrom !== undefined) root = this.#parentOf(root, root.forkedFrom.trajectoryId)
    return root
  }

  #sharedPrefix(trajectory: Trajectory): readonly Step[] {
    const { trajectoryId = '', index = 0 } = trajectory.forkedFrom ?? {}
    const shared = this.stepsOf(this.#parentOf(trajectory, trajectoryId)).filter((step) => step.index < index)
    if (shared.length === index) return shared
    throw batchInvalid(
      trajectory,
      `step ${index} of ${trajectoryId}, which has ${counted(shared.length, 'step')} before it here`,
    )
  }

  #parentOf(trajectory: Trajectory, parentId: string): Trajectory {
    const parent = this.#byId.get(parentId)
    if (parent && parent !== trajectory) return parent
    throw batchInvalid(trajectory, `${parentId}, which is not here: give both, for they share their first steps`)
  }
}

const batchInvalid = ({ id }: Trajectory, from: string): GymError =>
  new GymError('BATCH_INVALID', `the trajectory ${id} was forked from ${from}`)
