import { createHmac, randomBytes } from 'node:crypto'
import { GymError } from '../../core/data/errors.ts'
import { parseSeed, type Seed } from '../../core/data/rng.ts'
import { shown } from '../../core/data/shown.ts'
import type { JsonObject, Task } from '../../core/data/types.ts'
import type { TaskSet } from '../../core/episode/tasks.ts'
import type { PublicTask, SlotStart, TaskFields } from '../../core/protocol/index.ts'
import { expectRole, type Owner, type Role } from '../roles.ts'
import type { ServedEpisode } from './served-episode.ts'

/** Asks for an episode, in the fields of the native dialect; what is left out is drawn, or as the limits say. */
export interface EpisodeRequest extends SlotStart {
  /** Id of the episode. @default one that is made */
  readonly episodeId?: string
  /** Role of the client that asks. */
  readonly role: Role
  /** Who acts, for the record. @default as the first member of its group says, else `clientName` */
  readonly agentName?: string
  /** Name of a client that does not say who acts. */
  readonly clientName: string
  /** For the record: what its dialect needs to restore it after a restart. @default nothing */
  readonly serving?: JsonObject
  /** Owner that it counts towards. @default none */
  readonly owner?: Owner | null
}

/** An open episode that ends once another has started in its place. */
export interface Replaced {
  readonly served: ServedEpisode
  readonly ending: 'truncated' | 'aborted'
  readonly reason: string
  /** Called right before it ends. */
  readonly beforeEnd?: () => void
}

export function endReplaced(replaced: Replaced | null): void {
  if (!replaced || replaced.served.hasEnded) return
  replaced.beforeEnd?.()
  replaced.served.interrupt(replaced.ending, replaced.reason)
}

/**
 * The task that a request names. Where it leaves the choice open the seed decides, so that one seed is one episode.
 * @throws GymError TASK_UNKNOWN
 */
function chosenTask(tasks: TaskSet, { task, split, index }: TaskFields, seed: Seed): Task {
  if (task !== undefined) return tasks.byId(task)
  const chosen = split ?? tasks.splits[0] ?? ''
  const size = tasks.size(chosen)
  if (size === 0) throw new GymError('TASK_UNKNOWN', `split ${chosen} has no tasks`)
  return tasks.at(chosen, index ?? Number(BigInt(seed) % BigInt(size)))
}

/** What anyone may know of a task. */
export const publicTask = ({ id, split, public: open }: Task): PublicTask => ({ id, split, public: open })

/** Tasks of a split from an offset on, at most `limit`; none where the split has no more. @throws GymError TASK_UNKNOWN */
export function taskPage(tasks: TaskSet, split: string, offset: number, limit: number): readonly PublicTask[] {
  const length = Math.max(0, Math.min(limit, tasks.size(split) - offset))
  return Array.from({ length }, (_, i) => publicTask(tasks.at(split, offset + i)))
}

/** What an episode, or every member of a group, starts with. */
export interface EpisodeStart {
  readonly task: Task
  readonly seed: Seed
  readonly maxSteps: number
  /** Who acts; null where the request does not say. */
  readonly agentName: string | null
}

/** The start that a request asks for. @param most steps of an episode @throws GymError TASK_UNKNOWN */
export function startOf(request: EpisodeRequest, tasks: TaskSet, most: number): EpisodeStart {
  const { seed = randomSeed(), maxSteps = most, agentName = null } = request
  return { task: chosenTask(tasks, request, seed), seed, maxSteps: Math.min(maxSteps, most), agentName }
}

/** The splits of an environment that agents may play and list, in its order. */
export const agentSplitsOf = ({ splits }: TaskSet, allowed: readonly string[] | undefined): readonly string[] =>
  allowed ? splits.filter((split) => allowed.includes(split)) : splits.slice(0, 1)

/**
 * The split that a client names, or the first that it may see.
 * @param agentSplits those that agents may see
 * @param doing what it asks for
 * @throws GymError FORBIDDEN
 */
export function visibleSplit(
  { splits }: TaskSet,
  agentSplits: readonly string[],
  role: Role,
  wanted: string | undefined,
  doing: string,
): string {
  const split = wanted ?? (role === 'agent' ? agentSplits : splits)[0] ?? ''
  if (!agentSplits.includes(split)) expectRole(role, NO_AGENTS, `${doing} of ${shown(split, 80)}`)
  return split
}

/** The request with a task or split that its client may play. @throws GymError FORBIDDEN, TASK_UNKNOWN */
export function playable(request: EpisodeRequest, tasks: TaskSet, agentSplits: readonly string[]): EpisodeRequest {
  const { role, task } = request
  if (role !== 'agent') return request
  const wanted = task === undefined ? request.split : tasks.byId(task).split
  const split = visibleSplit(tasks, agentSplits, role, wanted, 'tasks')
  return task === undefined ? { ...request, split } : request
}

const NO_AGENTS: readonly Role[] = ['trainer', 'observer']

/**
 * The request with the seed that its episode gets: of an agent, where there is a key, the first 64 bits of HMAC-SHA256
 * over `ENVIRONMENT SEED` instead of the seed that it gives.
 */
export function keyed(request: EpisodeRequest, environment: string, key: string | undefined): EpisodeRequest {
  const { role, seed } = request
  if (role !== 'agent' || seed === undefined || key === undefined) return request
  const digest = createHmac('sha256', key).update(`${environment} ${seed}`).digest()
  return { ...request, seed: parseSeed(digest.readBigUInt64BE(0)) }
}

/** 48 random bits. */
export const randomSeed = (): Seed => randomBytes(6).readUIntBE(0, 6)
