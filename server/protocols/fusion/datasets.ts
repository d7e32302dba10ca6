import { statSync } from 'node:fs'
import { GymError } from '../../../core/data/errors.ts'
import { shown } from '../../../core/data/shown.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import type { RunPython } from '../../../sandbox/judge/index.ts'
import { expectPython } from '../../../sandbox/tasks/compiles.ts'
import { readFolder } from '../../../sandbox/tasks/folder.ts'
import { recordsOfFile } from '../../../sandbox/tasks/records.ts'
import type { Fields } from './fields.ts'
import { humanEvalProblem, mbppProblem, type Problem, stdinProblem, type TestConfig, taskProblem } from './problems.ts'

/** A data set of the server: its name for clients, and its file or folder. */
export interface DatasetSource {
  /** `humaneval_python`, `mbpp`, `code_contests`, or any other name for a folder of tasks. */
  readonly name: string
  readonly path: string
}

type RowReader = (row: JsonObject) => Problem

/** Classes of SandboxFusion whose rows may come with a request. */
const CLASSES: ReadonlyMap<string, RowReader> = new Map([
  ['HumanEvalDataset', humanEvalProblem],
  ['MBPPDataset', mbppProblem],
  ['CommonOJDataset', stdinProblem],
])

/** Classes of the names that SandboxFusion has for data sets. */
const CLASS_OF_NAME: ReadonlyMap<string, string> = new Map([
  ['humaneval_python', 'HumanEvalDataset'],
  ['mbpp', 'MBPPDataset'],
  ['code_contests', 'CommonOJDataset'],
])

/** What a request names: a data set, and rows of its own where it brings them. */
export interface Wanted {
  readonly dataset: string
  readonly datasetType: string | null
  readonly rows: readonly JsonObject[] | null
  readonly config: TestConfig
}

/** @param runSeconds most that tests may have @throws GymError FRAME_INVALID */
export function readWanted(fields: Fields, languages: readonly string[], runSeconds: number): Wanted {
  const config = fields.object('config')
  const extra = config.object('extra')
  const language = config.optionalText('language')
  if (language !== null) config.oneOf('language', languages)
  return {
    dataset: fields.text('dataset'),
    datasetType: config.optionalText('dataset_type'),
    rows: config.rows('provided_data'),
    config: {
      language,
      runTimeout: config.optionalSeconds('run_timeout', runSeconds),
      isFreeform: extra.flag('is_freeform'),
      runsAll: extra.flag('run_all_cases'),
    },
  }
}

/** Problems by data set, in the order of their files. */
export class Datasets {
  readonly #problems: ReadonlyMap<string, ReadonlyMap<string | number, Problem>>

  /** @throws GymError CONFIG_INVALID for a file that cannot be read */
  constructor(sources: readonly DatasetSource[]) {
    this.#problems = new Map(sources.map((source) => [source.name, byId(problemsOf(source))]))
  }

  get names(): readonly string[] {
    return [...this.#problems.keys()]
  }

  /** Problems that a request is about: those that it brings, or those of the server. @throws GymError TASK_UNKNOWN */
  all({ dataset, datasetType, rows }: Wanted): readonly Problem[] {
    if (rows !== null) return rows.map(readerOf(dataset, datasetType))
    const own = this.#problems.get(dataset)
    if (own) return [...own.values()]
    throw unknown(`no data set ${shown(dataset)} and no provided_data: there are ${this.names.join(', ') || 'none'}`)
  }

  /** @throws GymError TASK_UNKNOWN */
  one(wanted: Wanted, id: string | number): Problem {
    const { rows, dataset } = wanted
    if (rows !== null) return rows.map(readerOf(dataset, wanted.datasetType))[0] ?? missing(dataset, id)
    const own = this.#problems.get(dataset) ?? new Map<string | number, Problem>()
    return own.get(id) ?? (this.all(wanted) && missing(dataset, id))
  }
}

function readerOf(dataset: string, datasetType: string | null): RowReader {
  const reader = CLASSES.get(CLASS_OF_NAME.get(dataset) ?? datasetType ?? '')
  if (reader) return reader
  const classes = [...CLASSES.keys()].join(', ')
  throw unknown(`rows of ${shown(dataset)} are of no known class: set config.dataset_type to ${classes}`)
}

function problemsOf({ name, path }: DatasetSource): readonly Problem[] {
  if (isFolder(path)) return Object.values(readFolder(path)).flat().map(taskProblem)
  const reader = CLASSES.get(CLASS_OF_NAME.get(name) ?? '')
  if (reader) return recordsOfFile(path).map(reader)
  const names = [...CLASS_OF_NAME.keys()].join(', ')
  throw new GymError('CONFIG_INVALID', `data set ${name}: give a folder of tasks, or name the file one of ${names}`)
}

/** Expects that the tests of folders of tasks are Python. @throws GymError CONFIG_INVALID */
export async function expectPythonFolders(sources: readonly DatasetSource[], run: RunPython): Promise<void> {
  for (const { path } of sources)
    if (isFolder(path)) await expectPython(path, Object.values(readFolder(path)).flat(), run)
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

const byId = (problems: readonly Problem[]): ReadonlyMap<string | number, Problem> =>
  new Map(problems.map((problem) => [problem.id, problem]))

const missing = (dataset: string, id: string | number): never => {
  throw unknown(`the data set ${shown(dataset)} has no problem ${shown(id)}`)
}

const unknown = (message: string): GymError => new GymError('TASK_UNKNOWN', message)
