import { type OptionRanges, SEED_RANGE, SHARE_RANGE, TASKS_RANGE } from '../../../core/data/options.ts'
import { USER_MODEL_RANGES, type UserModelOptions } from '../../../models/chat/user-model.ts'
import type { Database } from './database.ts'
import type { ToolCall } from './execute.ts'
import type { Tool } from './tool.ts'
import type { Persona } from './user.ts'

/** What a task hides from the agent: who the user is, what it knows, and how the task should end. */
export interface PrivateTask {
  readonly persona: Persona
  /** Gold calls, in order. */
  readonly actions: readonly ToolCall[]
  /** Texts that the agent must say. */
  readonly outputs: readonly string[]
}

/** Task of a domain: a name that is its own in the domain, and what the agent does not see. */
export interface ToolsTask {
  readonly id: string
  readonly private: PrivateTask
}

/** Tasks by split, such as `train` and `test`. */
export type Splits = { readonly [split: string]: readonly ToolsTask[] }

/** Options that every domain has; all are recorded with a run. */
export type ToolsOptions = {
  /** Folder in tau-bench's layout to take data, tasks and policy from; empty for generated ones. @default '' */
  readonly data: string
  /** Seed of generated data and tasks. @default 0 */
  readonly dataSeed: number
  /** Generated tasks, over all splits. @default 300 */
  readonly tasks: number
  /** Requests that one generated task consists of, from 1 to 3: its horizon. @default 1 */
  readonly requests: number
  /** Share of generated users that change their mind before they confirm, from 0 to 1. @default 0.2 */
  readonly secondThoughts: number
  /** Share of generated users that say who they are only when asked twice, from 0 to 1. @default 0.1 */
  readonly reluctance: number
  /** Tools that look useful and are not, beside the domain's own, from 0 to 12. @default 0 */
  readonly distractors: number
  /** Share of requests whose user does not know the number: the agent has to look through all its orders. @default 0 */
  readonly branching: number
  /** Share of generated tasks whose user also asks something, so that an answer must be said, from 0 to 1. @default 0.2 */
  readonly questions: number
  /** A user that a language model plays; scripted where it names no model. */
  readonly user: Partial<UserModelOptions>
}

export const DEFAULT_OPTIONS: ToolsOptions = {
  data: '',
  dataSeed: 0,
  tasks: 300,
  requests: 1,
  secondThoughts: 0.2,
  reluctance: 0.1,
  distractors: 0,
  branching: 0,
  questions: 0.2,
  user: {},
}

/** A record may come from anyone, and its options are generated again. */
export const RANGES: OptionRanges = {
  dataSeed: SEED_RANGE,
  tasks: TASKS_RANGE,
  requests: [1, 3],
  distractors: [0, 12],
  secondThoughts: SHARE_RANGE,
  reluctance: SHARE_RANGE,
  branching: SHARE_RANGE,
  questions: SHARE_RANGE,
  ...USER_MODEL_RANGES,
}

/** A domain opened with its options. */
export interface OpenDomain {
  readonly database: Database
  readonly policy: string
  readonly splits: Splits
  /** As in `ToolSet`. */
  readonly isStrict: boolean
  /** Digest of data and tasks, where options alone do not determine them. */
  readonly digest: string
}

/** What an author of a domain writes: tools, data and tasks. */
export interface Domain {
  /** `NAME@VERSION`: the name of its file, or of its folders joined by a dash. */
  readonly id: `${string}@${number}`
  readonly summary: string
  readonly tools: readonly Tool[]
  /** Whether `open` reads a data folder where the option `data` names one. @default false: the option is refused */
  readonly takesData?: boolean
  /** @throws GymError CONFIG_INVALID */
  open(options: ToolsOptions): OpenDomain
}
