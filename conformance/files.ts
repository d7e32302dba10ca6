import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { messageOf } from '../core/data/errors.ts'

export interface FileSelection {
  /** Names, sorted. */
  readonly files: readonly string[]
  readonly problems: readonly string[]
}

/** The vector files of a folder (`*.json`, `*.jsonl`, not below it), or those that a glob of `only` names. */
export function selectFiles(folder: string, only: string | undefined): FileSelection {
  const listed = listVectorFiles(folder)
  if (only === undefined || listed.problems.length > 0) return listed
  const globs = only.split(',').map((glob) => ({ glob: glob.trim(), pattern: globPattern(glob.trim()) }))
  const files = listed.files.filter((file) => globs.some(({ pattern }) => pattern.test(file)))
  const unmatched = globs.filter(({ pattern }) => !files.some((file) => pattern.test(file)))
  return { files, problems: unmatched.map(({ glob }) => `no file of ${folder} matches '${glob}'`) }
}

function listVectorFiles(folder: string): FileSelection {
  try {
    const files = readdirSync(folder).filter((file) => /\.jsonl?$/.test(file) && isFile(join(folder, file)))
    return { files: files.toSorted(), problems: files.length === 0 ? [`no *.json or *.jsonl file in ${folder}`] : [] }
  } catch (error) {
    return { files: [], problems: [`the folder cannot be read: ${messageOf(error)}`] }
  }
}

/** `*` represents any characters, `?` for one; everything else for itself. */
function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')
  return new RegExp(`^${source}$`)
}

/** Reads a neighbour by its plain name: a path that leaves the folder names nothing. */
export const siblingReader =
  (folder: string) =>
  (name: string): string | undefined =>
    basename(name) === name && isFile(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : undefined

/** A pipe or device would be waited for. */
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true
