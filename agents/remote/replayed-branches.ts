import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import type { Step } from '../../core/data/types.ts'
import type { Branch } from '../../core/sampling/branch.ts'
import { expectStepOf, type RecordedPath } from '../../core/sampling/intervene.ts'
import { RemoteBranches, type RemoteBranchSettings } from './branches.ts'
import type { RemoteGym } from './gym.ts'

/**
 * A group of a recorded trajectory and of others that share its first steps, on a server. Its actions are taken there
 * once more, from the same task and seed, and must lead where they led: so it is for environments whose steps are not
 * drawn by chance, and for trajectories whose random stream was that of a first member.
 */
export class RemoteReplayedBranches extends RemoteBranches {
  readonly #source: RecordedPath
  readonly #at: number

  /** @param at Where branches leave it. @throws GymError CONFIG_INVALID where it has no such step */
  constructor(gym: RemoteGym, source: RecordedPath, at: number, settings: RemoteBranchSettings) {
    const { taskId, seed, maxSteps } = source.start
    super(gym, { task: taskId, seed, maxSteps }, settings)
    expectStepOf(source, at)
    this.#source = source
    this.#at = at
  }

  /** @throws GymError as `RemoteGym.group`; FORK_UNSUPPORTED; REPLAY_DIVERGED where an action leads elsewhere now */
  override async start(count: number): Promise<readonly Branch[]> {
    const { trajectory } = this.#source
    const [original] = await super.start(1)
    if (!original) return []
    for (const step of trajectory.steps.slice(0, this.#at)) await takeAgain(original, step)
    const branches = await original.fork(count, 'fresh')
    for (const step of trajectory.steps.slice(this.#at)) await takeAgain(original, step)
    const reason = trajectory.endingReason ?? 'replayed to its end'
    await original.end(trajectory.ending === 'aborted' ? 'aborted' : 'truncated', reason)
    return branches
  }
}

async function takeAgain(branch: Branch, recorded: Step): Promise<void> {
  const { action, evidence } = recorded
  const step = await branch.step(evidence === undefined ? { action } : { action, evidence })
  if (step !== null && isSame(step, recorded)) return
  throw new GymError(
    'REPLAY_DIVERGED',
    `step ${recorded.index}, ${shown(action)}, led elsewhere on this server than in the record: it has another environment or other data, or the step was drawn by chance`,
  )
}

const isSame = (step: Step, recorded: Step): boolean =>
  step.nextObservation === recorded.nextObservation &&
  step.isActionValid === recorded.isActionValid &&
  step.terminated === recorded.terminated &&
  step.rewards[0]?.value === recorded.rewards[0]?.value
