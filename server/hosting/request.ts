import { randomBytes } from 'node:crypto'
import { GymError } from '../../core/data/errors.ts'
import type { Seed } from '../../core/data/rng.ts'
import type { JsonObject, Task } from '../../core/data/types.ts'
import type { TaskSet } from '../../core/episode/tasks.ts'
import type { SlotStart, TaskFields } from '../../core/protocol/index.ts'

/** Asks for an episode, in the fields of the native dialect; what is left out is drawn, or as the limits say. */
export interface EpisodeRequest extends SlotStart {
  /** Id of the episode. @default one that is made */
  readonly episodeId?: string
  /** Who acts, for the record. */
  readonly agentName: string
  /** For the record: what its dialect needs to restore it after a restart. @default nothing */
  readonly serving?: JsonObject
}

/**
 * The task that a request names. Where it leaves the choice open the seed decides, so that one seed is one episode.
 * @throws GymError TASK_UNKNOWN
 */
export function chosenTask(tasks: TaskSet, { task, split, index }: TaskFields, seed: Seed): Task {
  if (task !== undefined) return tasks.byId(task)
  const chosen = split ?? tasks.splits[0] ?? ''
  const size = tasks.size(chosen)
  if (size === 0) throw new GymError('TASK_UNKNOWN', `split ${chosen} has no tasks`)
  return tasks.at(chosen, index ?? Number(BigInt(seed) % BigInt(size)))
}

/** Whether a request says which task, or part of it. */
export const namesTask = ({ task, split }: TaskFields): boolean => task !== undefined || split !== undefined

/** 48 random bits. */
export const randomSeed = (): Seed => randomBytes(6).readUIntBE(0, 6)
