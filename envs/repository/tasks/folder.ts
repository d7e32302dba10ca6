import { join } from 'node:path'
import { parseJson } from '../../../core/data/json.ts'
import { shown } from '../../../core/data/shown.ts'
import type { Json, JsonObject } from '../../../core/data/types.ts'
import { changed, type Workspace, type WorkspaceLimits, workspaceOf } from '../../../sandbox/episode/workspace.ts'
import { RecordReader, tasksOfFolder } from '../../../sandbox/tasks/records.ts'
import { tasksInvalid } from '../../../sandbox/tasks/task.ts'
import { problemOfPath } from '../../../sandbox/workspace.ts'
import { changesOf } from '../patch/apply.ts'
import { PatchProblem, parsePatch } from '../patch/parse.ts'
import type { RepositoryFiles, RepositoryTask } from '../task.ts'
import { readSnapshot } from './snapshot.ts'

/** Fields of SWE-bench that say nothing that is needed here. */
const UNUSED = [
  'repo',
  'base_commit',
  'environment_setup_commit',
  'hints_text',
  'created_at',
  'version',
  'difficulty',
  'image_name',
]
const FIELDS = [
  'instance_id',
  'problem_statement',
  'snapshot',
  'patch',
  'test_patch',
  'FAIL_TO_PASS',
  'PASS_TO_PASS',
  'split',
  'limit_seconds',
]

/** Tasks by split, in their order. */
export type RepositoryTasks = Readonly<Record<string, readonly RepositoryTask[]>>

/**
 * Tasks of a folder: every `*.json` and `*.jsonl` file of it, one record or many in the fields of SWE-bench, each with the
 * folder of its repository, as docs/repository.md describes.
 * @throws GymError CONFIG_INVALID with the file, the record and what is wrong
 */
export const readRepositories = (folder: string, limits: WorkspaceLimits): RepositoryTasks =>
  tasksOfFolder(folder, 'instance_id', (where, record) => readRecord(where, folder, record, limits))

function readRecord(where: string, folder: string, record: JsonObject, limits: WorkspaceLimits) {
  const stranger = Object.keys(record).find((name) => !FIELDS.includes(name) && !UNUSED.includes(name))
  if (stranger !== undefined) throw tasksInvalid(where, `no field ${shown(stranger)}: fields are ${FIELDS.join(', ')}`)
  const read = new RecordReader(where, record)
  const snapshot = read.text('snapshot')
  const problem = problemOfPath(snapshot)
  if (problem !== null)
    throw tasksInvalid(
      where,
      `the snapshot ${shown(snapshot)} ${problem}: it is a folder beside ${where.split(',')[0]}`,
    )
  const files = readSnapshot(join(folder, snapshot), limits)
  const before = workspaceOf(files)
  const tests = {
    failToPass: idsOf(where, 'FAIL_TO_PASS', record),
    passToPass: idsOf(where, 'PASS_TO_PASS', record),
  }
  if (tests.failToPass.length === 0) throw tasksInvalid(where, 'FAIL_TO_PASS has no test: nothing could be resolved')
  const own = patchedFiles(where, 'test_patch', before, read.text('test_patch', ''))
  const patch = read.text('patch', '')
  const task: RepositoryTask = {
    id: read.id('instance_id'),
    statement: read.text('problem_statement'),
    files,
    tests,
    hidden: {
      kind: 'files',
      files: own,
      paths: pathsOf(where, [...tests.failToPass, ...tests.passToPass], changed(before, own)),
      limitSeconds: read.number('limit_seconds', 10),
    },
    reference: patch === '' ? null : withChanges(files, patchedFiles(where, 'patch', before, patch)),
    faults: [],
    slips: () => [],
  }
  return { split: read.text('split', 'train'), task }
}

/** A list of ids, also as JSON text, which is how SWE-bench's data sets hold it. */
function idsOf(where: string, name: string, record: JsonObject): readonly string[] {
  const value = listOf(record[name] ?? [])
  if (Array.isArray(value) && value.every((id): id is string => typeof id === 'string')) return value
  throw tasksInvalid(where, `${name} is a list of ids of tests`)
}

function listOf(value: Json): Json {
  if (typeof value !== 'string') return value
  try {
    return parseJson(value)
  } catch {
    return value
  }
}

/** Files after a patch: null for those that it deletes. */
function patchedFiles(
  where: string,
  name: string,
  before: Workspace,
  text: string,
): Readonly<Record<string, string | null>> {
  if (text === '') return {}
  try {
    const after = new Map<string, string | null>()
    for (const file of parsePatch(text)) {
      const changes = changesOf(changed(before, Object.fromEntries(after)), file)
      for (const [path, content] of Object.entries(changes)) after.set(path, content)
    }
    return Object.fromEntries(after)
  } catch (thrown) {
    if (!(thrown instanceof PatchProblem)) throw thrown
    throw tasksInvalid(where, `${name} does not apply to the snapshot: ${thrown.message}`)
  }
}

function withChanges(files: RepositoryFiles, changes: Readonly<Record<string, string | null>>): RepositoryFiles {
  const after = new Map(Object.entries(files))
  for (const [path, text] of Object.entries(changes)) {
    if (text === null) after.delete(path)
    else after.set(path, text)
  }
  return Object.fromEntries(after)
}

/** Test files of ids such as `tests/test_a.py::test_b`. */
function pathsOf(where: string, ids: readonly string[], { files }: Workspace): readonly string[] {
  const paths = [...new Set(ids.map((id) => id.split('::', 1)[0] ?? ''))]
  const bad = ids.find((id) => !/^[^:]+\.py::./.test(id))
  if (bad !== undefined)
    throw tasksInvalid(where, `the test ${shown(bad)} is not of the form PATH.py::NAME or PATH.py::CLASS::NAME`)
  const absent = paths.find((path) => !Object.hasOwn(files, path))
  if (absent !== undefined)
    throw tasksInvalid(where, `there is no test file ${shown(absent)} in the snapshot with test_patch`)
  return paths
}
