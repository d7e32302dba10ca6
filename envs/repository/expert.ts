import type { Rng } from '../../core/data/rng.ts'
import type { Json } from '../../core/data/types.ts'
import { type Blob, blobAt, treeOf } from '../../sandbox/episode/workspace.ts'
import type { RepositoryState } from './state.ts'
import type { Fault, RepositoryFiles, RepositoryTask } from './task.ts'

const call = (name: string, args: Json = {}): Json => ({ name, arguments: args })

/**
 * The next action of a solver that knows the solution: it runs the tests, views what is wrong, repairs one place at a time,
 * runs the tests and submits. With noise it looks elsewhere, breaks right lines, writes a wrong repair, submits too early,
 * or does not find a mistake that no visible test shows.
 */
export function expertAction(state: RepositoryState, task: RepositoryTask, rng: Rng, noise: number): Json {
  if (task.reference === null) return call(isTested(state) ? 'submit' : 'run_tests')
  if (rng.chance(noise)) return slip(state, task, rng)
  const wrong = wrongFiles(state, task, task.reference)
  const [path] = wrong
  if (path === undefined) return call(isTested(state) ? 'submit' : 'run_tests')
  if (isUntouched(state, task)) return first(state, task, path, rng, noise)
  const isShown = isTested(state) && (state.tested?.failing.length ?? 0) > 0
  if (!isTested(state) && isRepaired(state, task, wrong)) return call('run_tests')
  // All visible tests pass: what is still wrong is found sometimes only.
  if (isTested(state) && !isShown && rng.chance(Math.min(0.8, 7 * noise))) return call('submit')
  return repair(state, task, rng.choice(wrong), rng, noise)
}

const isSame = (one: Blob | undefined, other: Blob | undefined): boolean =>
  typeof one === 'object' && typeof other === 'object' ? one.base64 === other.base64 : one === other

const isTested = ({ tested, workspace }: RepositoryState): boolean => tested?.tree === treeOf(workspace)

const isUntouched = ({ workspace }: RepositoryState, { files }: RepositoryTask): boolean =>
  Object.entries(files).every(([path, blob]) => isSame(blobAt(workspace, path), blob))

/** Files that are other than in the solution. */
const wrongFiles = ({ workspace }: RepositoryState, _: RepositoryTask, reference: RepositoryFiles) =>
  [...new Set([...Object.keys(reference), ...Object.keys(workspace.files)])]
    .filter((path) => !isSame(blobAt(workspace, path), reference[path]))
    .sort()

/** Whether only files differ that differed at the start no more: then the expert has done what it knew, and looks. */
const isRepaired = ({ workspace }: RepositoryState, { files }: RepositoryTask, wrong: readonly string[]): boolean =>
  wrong.every((path) => !isSame(blobAt(workspace, path), files[path]))

/** Before the first change: the tests, then the place of a mistake, then its repair. */
function first(state: RepositoryState, task: RepositoryTask, path: string, rng: Rng, noise: number): Json {
  if (!isTested(state)) return call('run_tests')
  const fault = task.faults.find((_, at) => !state.located.includes(at))
  return fault === undefined || task.faults.length === 0 ? repair(state, task, path, rng, noise) : viewOf(fault)
}

const AROUND = 8
const viewOf = ({ path, line }: Fault): Json =>
  call('view', { path, from: Math.max(1, line - AROUND), to: line + AROUND })

/** Replaces the first lines that are wrong by what they are in the solution; with noise by something wrong. */
function repair(state: RepositoryState, task: RepositoryTask, path: string, rng: Rng, noise: number): Json {
  const now = blobAt(state.workspace, path)
  const right = task.reference?.[path]
  if (right === undefined) return call('apply_patch', { patch: deletionOf(path, now) })
  if (typeof right !== 'string') return call('submit')
  if (typeof now !== 'string') return call('write', { path, content: right })
  const { old, fresh } = differenceOf(now, right)
  if (old === '') return call('write', { path, content: right })
  const wrong = task.slips().find((each) => each.path === path && fresh.includes(each.right))
  const isCareless = wrong !== undefined && rng.chance(Math.min(0.6, 5 * noise))
  return call('edit', { path, old, new: isCareless ? fresh.replace(wrong.right, () => wrong.wrong) : fresh })
}

function deletionOf(path: string, now: unknown): string {
  const lines = typeof now === 'string' ? now.replace(/\n$/, '').split('\n') : []
  return [`--- a/${path}`, '+++ /dev/null', `@@ -1,${lines.length} +0,0 @@`, ...lines.map((line) => `-${line}`)].join(
    '\n',
  )
}

/** The first run of lines that differs, with as much around it as makes it unique; empty where it cannot be. */
function differenceOf(now: string, right: string): { readonly old: string; readonly fresh: string } {
  const [mine, theirs] = [now.split('\n'), right.split('\n')]
  let start = 0
  while (mine[start] === theirs[start] && start < mine.length) start++
  const isOneLine = mine.length === theirs.length
  let [end, other] = [start + 1, start + 1]
  if (!isOneLine) {
    ;[end, other] = [mine.length, theirs.length]
    while (end > start && other > start && mine[end - 1] === theirs[other - 1]) [end, other] = [end - 1, other - 1]
  }
  for (let around = 0; around <= mine.length; around++) {
    const [from, to] = [Math.max(0, start - around), end + around]
    const old = mine.slice(from, to).join('\n')
    const fresh = theirs.slice(from, other + around).join('\n')
    if (old !== '' && now.split(old).length === 2) return { old, fresh }
  }
  return { old: '', fresh: '' }
}

/** What a careless programmer does instead. */
function slip(state: RepositoryState, { slips, files }: RepositoryTask, rng: Rng): Json {
  const possible = slips().filter(({ path, right }) => {
    const text = blobAt(state.workspace, path)
    return typeof text === 'string' && text.split(right).length === 2
  })
  const kind = rng.float()
  if (kind < 0.3) return call('submit')
  if (kind < 0.45) return call('view', { path: rng.choice(Object.keys(files)) })
  if (kind < 0.55 || possible.length === 0) return call('run_tests')
  const { path, right, wrong } = rng.choice(possible)
  return call('edit', { path, old: right, new: wrong })
}
