import type { JsonObject } from '../../core/data/types.ts'
import type { JudgeName, Suite } from '../judge/types.ts'
import { problemOfPath } from '../workspace.ts'
import { RecordReader, type SplitTask, tasksOfFolder } from './records.ts'
import { type CodeTask, type TaskFiles, tasksInvalid } from './task.ts'

const FIELDS = [
  'id',
  'split',
  'statement',
  'entry',
  'files',
  'setup',
  'tests',
  'stdin_tests',
  'public_tests',
  'limit_seconds',
  'judge',
  'solution',
]

/**
 * Tasks of a folder: every `*.json` and `*.jsonl` file of it, one record or many, as docs/sandbox-python.md describes.
 * @throws GymError CONFIG_INVALID with the file, the record and what is wrong
 */
export const readFolder = (folder: string): TaskFiles => tasksOfFolder(folder, 'id', readRecord)

function readRecord(where: string, record: JsonObject): SplitTask<CodeTask> {
  const stranger = Object.keys(record).find((name) => !FIELDS.includes(name))
  if (stranger !== undefined) throw tasksInvalid(where, `no field ${stranger}: fields are ${FIELDS.join(', ')}`)
  const read = new RecordReader(where, record)
  const suite = suiteOf(where, read)
  const entry = read.text('entry', 'solution.py')
  const task: CodeTask = {
    id: read.id('id'),
    statement: read.text('statement'),
    entry,
    files: read.textsByName('files'),
    suite,
    publicTests: publicTestsOf(where, read, suite),
    judge: judgeOf(where, read.text('judge', 'split')),
    reference: solutionOf(read, record, entry),
  }
  expectPaths(where, task)
  return { split: read.text('split', 'train'), task }
}

function publicTestsOf(where: string, read: RecordReader, { tests }: Suite): number {
  const count = read.whole('public_tests', 0)
  if (count <= tests.length) return count
  throw tasksInvalid(where, `public_tests is ${count}, and there are ${tests.length} tests`)
}

/** Every path can be one of a workspace, and the entry runs as Python: else no episode of the task could run. */
function expectPaths(where: string, { entry, files, reference }: CodeTask): void {
  if (!entry.endsWith('.py'))
    throw tasksInvalid(where, `the entry ${JSON.stringify(entry)} is not a Python file, such as solution.py`)
  for (const path of [entry, ...Object.keys(files), ...Object.keys(reference ?? {})]) {
    const problem = problemOfPath(path)
    if (problem !== null) throw tasksInvalid(where, `the file ${JSON.stringify(path)} ${problem}`)
  }
}

function suiteOf(where: string, read: RecordReader): Suite {
  const [tests, pairs, limitSeconds] = [
    read.texts('tests'),
    read.objects('stdin_tests'),
    read.number('limit_seconds', 3),
  ]
  if ((tests.length === 0) === (pairs.length === 0)) throw tasksInvalid(where, 'either tests or stdin_tests')
  if (tests.length > 0) return { kind: 'code', setup: read.text('setup', ''), bind: {}, tests, limitSeconds }
  const pairOf = (pair: JsonObject, at: number) => {
    const fields = new RecordReader(`${where}, stdin_tests[${at}]`, pair)
    return { input: fields.text('input'), output: fields.text('output') }
  }
  return { kind: 'stdin', tests: pairs.map(pairOf), limitSeconds }
}

function judgeOf(where: string, name: string): JudgeName {
  if (name === 'split' || name === 'inline') return name
  throw tasksInvalid(where, `judge is split or inline, not ${JSON.stringify(name)}`)
}

/** A text is the file that the tests load. */
function solutionOf(read: RecordReader, { solution }: JsonObject, entry: string): CodeTask['reference'] {
  if (solution === undefined || solution === null) return null
  return typeof solution === 'string' ? { [entry]: solution } : read.textsByName('solution')
}
