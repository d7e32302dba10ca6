import { GymError } from '../../../core/data/errors.ts'
import { hashOf } from '../../../core/data/hash.ts'
import type { CodeTask } from '../../../sandbox/tasks/task.ts'
import { openTasks } from '../tasks/open.ts'
import { expectOptions, type PythonOptions } from './options.ts'

/** Opened once a server: the tasks, and the options. The sandbox opens with the first program. */
export interface PythonResources {
  readonly options: PythonOptions
  /** Tasks of all splits, by number. */
  readonly tasks: readonly CodeTask[]
  readonly splits: Readonly<Record<string, readonly CodeTask[]>>
  readonly digest: string
}

export function openResources(options: PythonOptions): PythonResources {
  expectOptions(options)
  const families = options.families === '' ? [] : options.families.split(',').map((name) => name.trim())
  const showsEdges = options.edgeCases === 'public'
  const splits = openTasks({ ...options, seed: options.dataSeed, families, showsEdges })
  const tasks = Object.values(splits).flat()
  return { options, tasks, splits, digest: hashOf(splits) }
}

/** @throws GymError TASK_UNKNOWN */
export function taskAt({ tasks }: PythonResources, number: number): CodeTask {
  const task = tasks[number]
  if (task) return task
  throw new GymError('TASK_UNKNOWN', `there is no task ${number}`)
}
