import { GymError } from '../../core/data/errors.ts'
import { hashOf } from '../../core/data/hash.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { chosenProjects, generateTask, SPLIT_NAMES, type SplitName } from './generate/index.ts'
import { type RepositorySettings, repositorySettings } from './options.ts'
import type { RepositoryTask } from './task.ts'
import { readRepositories } from './tasks/folder.ts'

/** Opened once a server. The sandbox opens with the first program. */
export interface RepositoryResources {
  readonly settings: RepositorySettings
  /** Sizes of the splits, in the order in which tasks are numbered. */
  readonly splits: readonly { readonly name: string; readonly size: number }[]
  /** The task of a number over all splits. */
  taskAt(number: number): RepositoryTask
  readonly digest: string
}

/** Generated tasks that are kept: others are generated once more when they are needed. */
const MOST_KEPT = 1000

/** @throws GymError CONFIG_INVALID */
export function openResources(options: JsonObject): RepositoryResources {
  const settings = repositorySettings(options)
  return settings.folder === '' ? generated(settings) : ofFolder(settings)
}

function generated(settings: RepositorySettings): RepositoryResources {
  const projects = chosenProjects(settings.families)
  const rest = Math.max(1, Math.floor(settings.tasks / 4))
  const splits = SPLIT_NAMES.map((name) => ({ name, size: name === 'train' ? settings.tasks : rest }))
  return {
    settings,
    splits,
    taskAt: remembered((number) => generateTask(settings, ...placeOf(splits, number))),
    digest: hashOf(projects.map(({ name, constants, modules }) => ({ name, constants, modules }))),
  }
}

function ofFolder(settings: RepositorySettings): RepositoryResources {
  const found = readRepositories(settings.folder, settings)
  const tasks = Object.values(found).flat()
  const plain = tasks.map(({ slips: _, ...task }) => task)
  return {
    settings,
    splits: Object.entries(found).map(([name, own]) => ({ name, size: own.length })),
    taskAt: (number) => tasks[number] ?? unknown(number),
    digest: hashOf({ splits: Object.entries(found).map(([name, own]) => [name, own.length]), tasks: plain }),
  }
}

/** The split of a number, and the position in it. @throws GymError TASK_UNKNOWN */
function placeOf(
  splits: readonly { readonly name: SplitName; readonly size: number }[],
  number: number,
): [SplitName, number] {
  let first = 0
  for (const { name, size } of splits) {
    if (number >= first && number < first + size) return [name, number - first]
    first += size
  }
  return unknown(number)
}

function unknown(number: number): never {
  throw new GymError('TASK_UNKNOWN', `there is no task ${number}`)
}

function remembered(make: (number: number) => RepositoryTask): (number: number) => RepositoryTask {
  const kept = new Map<number, RepositoryTask>()
  return (number) => {
    const task = kept.get(number) ?? make(number)
    kept.delete(number)
    kept.set(number, task)
    const [oldest] = kept.keys()
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest)
    return task
  }
}
