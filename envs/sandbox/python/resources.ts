import { GymError } from '../../../core/data/errors.ts'
import { hashOf } from '../../../core/data/hash.ts'
import { pythonIn } from '../../../sandbox/judge/index.ts'
import { sharedPool } from '../../../sandbox/shared-pool.ts'
import { expectPython } from '../../../sandbox/tasks/compiles.ts'
import type { CodeTask } from '../../../sandbox/tasks/task.ts'
import type { BackendName } from '../../../sandbox/types.ts'
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

/** @throws GymError CONFIG_INVALID also for tests of a folder that are not Python, where a sandbox works here */
export async function openResources(options: PythonOptions): Promise<PythonResources> {
  expectOptions(options)
  const families = options.families === '' ? [] : options.families.split(',').map((name) => name.trim())
  const showsEdges = options.edgeCases === 'public'
  const splits = openTasks({ ...options, seed: options.dataSeed, families, showsEdges })
  const tasks = Object.values(splits).flat()
  if (options.dataset === 'folder') await expectPythonTests(options, tasks)
  return { options, tasks, splits, digest: hashOf(splits) }
}

/** A machine without a sandbox can replay records of the tasks: there the tests are not looked at. */
async function expectPythonTests({ data, backend }: PythonOptions, tasks: readonly CodeTask[]): Promise<void> {
  try {
    const pool = await sharedPool(backend as BackendName | 'auto')
    await expectPython(data, tasks, pythonIn(pool, 'tasks'))
  } catch (thrown) {
    if (!(thrown instanceof GymError && thrown.code === 'SANDBOX_UNAVAILABLE')) throw thrown
  }
}

/** @throws GymError TASK_UNKNOWN */
export function taskAt({ tasks }: PythonResources, number: number): CodeTask {
  const task = tasks[number]
  if (task) return task
  throw new GymError('TASK_UNKNOWN', `there is no task ${number}`)
}
