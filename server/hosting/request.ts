import { randomBytes } from 'node:crypto'
import { GymError } from '../../core/data/errors.ts'
import type { Seed } from '../../core/data/rng.ts'
import type { JsonObject, Task } from '../../core/data/types.ts'
import type { TaskSet } from '../../core/episode/tasks.ts'
import type { GroupCreditRequest } from '../../core/protocol/index.ts'
import type { StragglerRule } from './group.ts'

/** Which task: by its id, or by its place in a split. */
export type TaskChoice = { readonly task: string } | { readonly split: string; readonly index: number | null }

/** Which group. What is null is as the first member said or, for the first, as the limits say. */
export interface GroupChoice {
  readonly id: string
  /** The first member must say it. */
  readonly size: number | null
  readonly stragglers: StragglerRule | null
  readonly deadlineMs: number | null
  /** @default 0 */
  readonly replacements?: number | null
  /** @default none */
  readonly credit?: readonly GroupCreditRequest[] | null
}

/** What a client asks for when it resets. What it leaves open is null. */
export interface ResetRequest {
  readonly choice: TaskChoice | null
  readonly seed: Seed | null
  /** Id of the episode; one is made where it is null. */
  readonly episodeId: string | null
  /** Not above the environment's. */
  readonly maxSteps: number | null
  readonly group: GroupChoice | null
  /** Position in the group, or the stream of luck of a single episode. */
  readonly member: number | null
  /** Who acts, for the record. */
  readonly agentName: string
  /** For the record: what its dialect needs to go on with it after a crash. @default nothing */
  readonly serving?: JsonObject
}

export const ANY_EPISODE: ResetRequest = {
  choice: null,
  seed: null,
  episodeId: null,
  maxSteps: null,
  group: null,
  member: null,
  agentName: 'client',
}

/**
 * The task that is chosen. Where the choice leaves it open the seed chooses, so that one seed is one episode.
 * @throws GymError TASK_UNKNOWN
 */
export function chosenTask(tasks: TaskSet, choice: TaskChoice | null, seed: Seed): Task {
  if (choice && 'task' in choice) return tasks.byId(choice.task)
  const { split = tasks.splits[0] ?? '', index = null } = choice ?? {}
  const size = tasks.size(split)
  if (size === 0) throw new GymError('TASK_UNKNOWN', `split ${split} has no tasks`)
  return tasks.at(split, index ?? Number(BigInt(seed) % BigInt(size)))
}

/** 48 random bits. */
export const randomSeed = (): Seed => randomBytes(6).readUIntBE(0, 6)
