import type { Rng } from '../../../core/data/rng.ts'
import type { Json } from '../../../core/data/types.ts'
import { blobAt } from '../../../sandbox/episode/workspace.ts'
import type { CodeTask, TaskPart } from '../../../sandbox/tasks/task.ts'
import { fileOf } from '../tasks/generate/index.ts'
import { currentResults, type PythonState } from './state.ts'

const call = (name: string, args: Json = {}): Json => ({ name, arguments: args })
const write = (path: string, content: string): Json => call('write_file', { path, content })

/**
 * The next action of a solver that knows the solution: it adds the functions of a generated task one at a time, runs the
 * public tests, repairs what they show, and submits. With noise it writes wrong versions, breaks what was right, looks
 * around, submits too early, or does not find a mistake that no public test shows.
 */
export function expertAction(state: PythonState, task: CodeTask, rng: Rng, noise: number): Json {
  const { parts, reference, entry } = task
  if (parts) return rng.chance(noise) ? slip(state, task, parts, rng) : next(state, task, parts, rng, noise)
  const isWritten = blobAt(state.workspace, entry) === reference?.[entry]
  if (reference === null || isWritten || rng.chance(noise)) return call(hasTested(state) ? 'submit' : 'run_tests')
  return call('write_files', { files: Object.entries(reference).map(([path, content]) => ({ path, content })) })
}

const hasTested = ({ shown }: PythonState): boolean => /public tests(\.| pass)/.test(shown.split('\n', 1)[0] ?? '')

/** Source of each function in the file: the right one, a wrong one, or null where it is missing. */
function versionsOf({ workspace }: PythonState, entry: string, parts: readonly TaskPart[]): readonly (string | null)[] {
  const text = blobAt(workspace, entry)
  const held = (source: string): boolean => typeof text === 'string' && text.includes(source)
  return parts.map(({ source, mutants }) => [source, ...mutants].find(held) ?? null)
}

function next(state: PythonState, task: CodeTask, parts: readonly TaskPart[], rng: Rng, noise: number): Json {
  const versions = versionsOf(state, task.entry, parts)
  const missing = versions.indexOf(null)
  const versionOf = ({ source, mutants }: TaskPart): string =>
    rng.chance(Math.min(0.6, 3 * noise)) ? rng.choice(mutants) : source
  if (missing >= 0)
    return writeVersions(task.entry, withVersion(versions, missing, versionOf(parts[missing] ?? NO_PART)))
  if (!hasTested(state)) return call('run_tests')
  const wrong = parts.flatMap(({ source }, at) => (versions[at] === source ? [] : [at]))
  const failing = wrong.filter((at) => failsPublicly(state, task, parts[at] ?? NO_PART))
  const [found = null] = failing.length > 0 || rng.chance(Math.min(1, 5 * noise)) ? failing : wrong
  if (found === null) return call('submit')
  return writeVersions(task.entry, withVersion(versions, found, parts[found]?.source ?? null))
}

const NO_PART: TaskPart = { name: '', source: '', mutants: [''], tests: [] }

const withVersion = (
  versions: readonly (string | null)[],
  at: number,
  version: string | null,
): readonly (string | null)[] => versions.map((each, index) => (index === at ? version : each))

const writeVersions = (entry: string, versions: readonly (string | null)[]): Json =>
  write(entry, fileOf(versions.filter((version) => version !== null)))

function failsPublicly(state: PythonState, { publicTests }: CodeTask, { tests }: TaskPart): boolean {
  const passed = currentResults(state)?.passed ?? []
  return tests.some((test) => test < publicTests && passed[test] === false)
}

/** What a careless programmer does instead. */
function slip(state: PythonState, { entry }: CodeTask, parts: readonly TaskPart[], rng: Rng): Json {
  const versions = versionsOf(state, entry, parts)
  const present = versions.flatMap((version, at) => (version === null ? [] : [at]))
  if (present.length === 0 || rng.chance(0.2)) return call('read_file', { path: entry })
  if (rng.chance(0.3)) return call('submit')
  if (rng.chance(0.3)) return call('run', { path: entry })
  const broken = rng.choice(present)
  return writeVersions(entry, withVersion(versions, broken, rng.choice(parts[broken]?.mutants ?? NO_PART.mutants)))
}
