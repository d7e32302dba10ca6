import type { MaybePromise } from '../data/maybe-promise.ts'
import type { Rng } from '../data/rng.ts'
import type { Ending, Group, Json, Reward, SamplingNote, Step } from '../data/types.ts'
import type { Grades } from '../episode/environment.ts'
import type { ForkStream, Lineage } from '../episode/lineage.ts'
import type { ToolDescription } from '../episode/tool-interface.ts'
import type { AgentSetting, Choice, Turn } from '../rollout/agent.ts'

/** One future of an episode that is being sampled: in this process, or on a server. */
export interface Branch {
  /** Identifier of its trajectory. */
  readonly id: string
  readonly lineage: Lineage
  /** Steps from the reset on, those that it shares with others included. */
  readonly index: number
  readonly observation: string
  /** Admissible actions, null where the environment lists none. */
  readonly actions: readonly Json[] | null
  /** Null while the branch is running. */
  readonly ending: Ending | null
  /** Every step from the reset on. */
  readonly path: readonly Step[]
  /** The same as its agent saw them. */
  readonly turns: readonly Turn[]
  /** The environment's measures of the state; null where they are out of reach, as they are over the wire. */
  grades(): Grades | null
  /** What its agent may know beside observations; undefined where it is not known, as over the wire. */
  readonly setting?: AgentSetting
  /** Tools of the present turn, null where the environment has none. */
  listTools?(): MaybePromise<readonly ToolDescription[] | null>
  /** Action of the environment's own solver, in this process only; undefined if there is none. */
  expert?(rng: Rng, noise: number): Json | undefined
  /** Takes a step; null where that broke down, which has ended the branch as aborted. @throws GymError RECORD_FAILED */
  step(choice: Choice): Promise<Step | null>
  /**
   * Forks of this branch: `fresh` ones draw from random streams of their own, `common` ones share one.
   * @throws GymError FORK_UNSUPPORTED, EPISODE_ENDED
   */
  fork(count: number, rng: ForkStream['rng']): Promise<readonly Branch[]>
  /** Says what a value function thought of its last step. */
  judge(reward: Reward): void
  /** Ends it at a limit that the environment does not know; nothing where it has ended. */
  end(ending: 'truncated' | 'aborted', reason: string): Promise<void>
}

/** Source of the branches of one group. */
export interface BranchSource {
  /** Starts branches from one state; called once. @throws GymError as `startGroup` */
  start(count: number): Promise<readonly Branch[]>
  /** Has the group judged as a whole. Every branch has ended. @throws GymError RECORD_FAILED */
  close(note: SamplingNote): Promise<Group>
  /** Aborts running branches when sampling failed. */
  abort(reason: string): Promise<void>
}

export const isOpen = ({ ending }: Branch): boolean => ending === null

/** Whether a branch ended by itself or at a limit of its task, and not because sampling left it. */
export const hasPlayedOut = ({ ending, path }: Branch): boolean =>
  ending === 'terminated' || (ending === 'truncated' && path.at(-1)?.truncated === true)
