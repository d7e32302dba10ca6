import { GymError } from '../core/data/errors.ts'
import { shown } from '../core/data/shown.ts'
import type { Files, Limits } from './types.ts'

const PAGE = 4096
/** Folders within each other, and bytes of a path and of a name: what every file system takes. */
export const MOST_DEPTH = 16
export const MOST_PATH_BYTES = 1024
const MOST_NAME_BYTES = 255

/**
 * Checks that files can be written into a workspace as they are.
 * @throws GymError SANDBOX_INVALID with the path and what is wrong with it
 */
export function checkFiles(files: Files, limits: Limits): void {
  for (const [path, bytes] of files) {
    const problem = problemOfPath(path) ?? problemOfSize(bytes, limits)
    if (problem !== null) throw new GymError('SANDBOX_INVALID', `the file ${shown(path)} ${problem}`)
  }
  const folders = foldersOf(files)
  const clash = [...files.keys()].find((path) => folders.has(path))
  if (clash !== undefined) throw new GymError('SANDBOX_INVALID', `${shown(clash)} is a file and a folder`)
  const problem = problemOfTotals(files, limits)
  if (problem !== null) throw new GymError('SANDBOX_INVALID', problem)
}

/** What is wrong with a path of a workspace; null where nothing is. */
export function problemOfPath(path: string): string | null {
  const names = path.split('/')
  if (path === '' || path.startsWith('/')) return 'has no path that is relative to the workspace'
  if (names.some((name) => name === '' || name === '.' || name === '..'))
    return 'has an empty name, `.` or `..` in its path'
  if (path.includes('\0') || Buffer.from(path).toString() !== path)
    return 'has a character in its path that no file system takes'
  if (names.length > MOST_DEPTH) return `is deeper than ${MOST_DEPTH} folders`
  if (Buffer.byteLength(path) > MOST_PATH_BYTES) return `has a path of more than ${MOST_PATH_BYTES} bytes`
  if (names.some((name) => Buffer.byteLength(name) > MOST_NAME_BYTES))
    return `has a name of more than ${MOST_NAME_BYTES} bytes`
  return null
}

const problemOfSize = (bytes: Uint8Array, { fileBytes }: Limits): string | null =>
  bytes.length > fileBytes ? `has ${bytes.length} bytes, more than the limit of ${fileBytes}` : null

/** Every folder that the paths need. */
export function foldersOf(files: Files): ReadonlySet<string> {
  const folders = new Set<string>()
  for (const path of files.keys())
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) folders.add(path.slice(0, at))
  return folders
}

/** Why a workspace cannot hold files whose paths are right, with the folders that they need; null where it can. */
export function problemOfTotals(files: Files, { workspaceFiles, workspaceBytes }: Limits): string | null {
  const count = files.size + foldersOf(files).size
  if (count >= workspaceFiles)
    return `${count} files and folders are more than the workspace may have: ${workspaceFiles}`
  const bytes = [...files.values()].reduce((sum, each) => sum + PAGE * Math.ceil(each.length / PAGE), 0)
  if (bytes <= workspaceBytes) return null
  return `files of ${bytes} bytes in whole pages are more than the workspace holds: ${workspaceBytes}`
}

/** Files after an execution. */
export function filesAfter(
  files: Files,
  { changed, removed }: { readonly changed: Files; readonly removed: readonly string[] },
): Files {
  const after = new Map([...files, ...changed])
  for (const path of removed) after.delete(path)
  return new Map([...after].sort(([a], [b]) => (a < b ? -1 : 1)))
}
