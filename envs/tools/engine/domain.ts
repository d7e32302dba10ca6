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

export interface ToolsTask {
  readonly id: string
  readonly private: PrivateTask
}

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
}

export const DEFAULT_OPTIONS: ToolsOptions = { data: '', dataSeed: 0, tasks: 300, requests: 1, secondThoughts: 0.2 }

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
  /** `tools-NAME@VERSION` */
  readonly id: `tools-${string}@${number}`
  readonly summary: string
  readonly tools: readonly Tool[]
  /** @throws GymError CONFIG_INVALID */
  open(options: ToolsOptions): OpenDomain
}
