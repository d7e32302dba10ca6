import type { JsonObject } from '../../../core/data/types.ts'
import { readFolder } from '../../../sandbox/tasks/folder.ts'
import { humanEvalTask, readHumanEval } from '../../../sandbox/tasks/humaneval.ts'
import { mbppTask, readMbpp } from '../../../sandbox/tasks/mbpp.ts'
import { recordsOfFile } from '../../../sandbox/tasks/records.ts'
import { type CodeTask, type TaskFiles, tasksInvalid } from '../../../sandbox/tasks/task.ts'
import { type GeneratorOptions, generateTasks } from './generate/index.ts'

/** Origin of tasks. */
export interface DataSource extends GeneratorOptions {
  readonly dataset: string
  readonly data: string
  readonly shownTests: number
}

/** @throws GymError CONFIG_INVALID for a file that cannot be read, with its place */
export function openTasks(source: DataSource): TaskFiles {
  const { dataset, data, shownTests } = source
  if (dataset === 'generated') return generateTasks(source)
  if (dataset === 'folder') return readFolder(data)
  const records = recordsOfFile(data)
  const splits =
    dataset === 'humaneval'
      ? { test: records.map((record) => humanEvalTask(readHumanEval(record))) }
      : mbppSplits(records, shownTests)
  expectOnce(data, Object.values(splits).flat())
  return splits
}

function expectOnce(data: string, tasks: readonly CodeTask[]): void {
  if (tasks.length === 0) throw tasksInvalid(data, 'there is no task')
  const ids = tasks.map(({ id }) => id)
  const twice = ids.find((id, at) => ids.indexOf(id) !== at)
  if (twice !== undefined) throw tasksInvalid(data, `id ${JSON.stringify(twice)} appears twice`)
}

/** MBPP's splits by id: 1 to 10 for prompts, 11 to 510 for tests, then validation to 600, and training. */
function mbppSplits(records: readonly JsonObject[], shown: number): TaskFiles {
  const splits: Record<string, CodeTask[]> = { train: [], validation: [], test: [], prompt: [] }
  for (const record of records) {
    const problem = readMbpp(record)
    splits[mbppSplit(Number(problem.id))]?.push(mbppTask(problem, shown))
  }
  return Object.fromEntries(Object.entries(splits).filter(([, tasks]) => tasks.length > 0))
}

function mbppSplit(id: number): string {
  if (id <= 10) return 'prompt'
  if (id <= 510) return 'test'
  return id <= 600 ? 'validation' : 'train'
}
