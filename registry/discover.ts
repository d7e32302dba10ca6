import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** A module that a name represents. */
export interface Found {
  /** Its file without ending, or its folder. */
  readonly name: string
  readonly path: string
}

export const MODULE_ENDINGS: readonly string[] = ['.ts', '.js', '.mjs']

/**
 * What a folder holds: one thing a file, or a subfolder with an index file; `family/member/index` is `family-member`. Reads names only and imports nothing.
 * Passed over are names with a dot in them (declarations, tests), those that begin with `_`, `index` and `registry`.
 * A folder that does not exist holds nothing.
 * @returns Sorted by name, then path. A name occurs twice where two files claim it.
 */
export function discover(folder: string, endings: readonly string[] = MODULE_ENDINGS): readonly Found[] {
  const found = namesIn(folder).flatMap((entry) => foundAt(folder, entry, endings))
  return found.toSorted((a, b) => (`${a.name} ${a.path}` < `${b.name} ${b.path}` ? -1 : 1))
}

/** Index files of a folder. */
export const indexesOf = (folder: string, endings: readonly string[] = MODULE_ENDINGS): readonly string[] =>
  endings.map((ending) => join(folder, `index${ending}`)).filter((path) => existsSync(path))

const NAME = /^[^._][^.]*$/
const NOT_LISTED = ['index', 'registry', 'node_modules']

function foundAt(folder: string, entry: string, endings: readonly string[]): readonly Found[] {
  const path = join(folder, entry)
  if (isFolder(path)) return isListed(entry) ? inFolder(entry, path, endings) : []
  const ending = endings.find((end) => entry.endsWith(end)) ?? ''
  const name = entry.slice(0, entry.length - ending.length)
  return ending !== '' && isListed(name) ? [{ name, path }] : []
}

/** The index file of a folder; if there is none, those of its subfolders, as members of one family. */
function inFolder(entry: string, path: string, endings: readonly string[]): readonly Found[] {
  const own = indexesOf(path, endings).map((index) => ({ name: entry, path: index }))
  if (own.length > 0) return own
  const members = namesIn(path).filter((name) => isListed(name) && isFolder(join(path, name)))
  return members.flatMap((name) =>
    indexesOf(join(path, name), endings).map((index) => ({ name: `${entry}-${name}`, path: index })),
  )
}

const isListed = (name: string): boolean => NAME.test(name) && !NOT_LISTED.includes(name)

/** False for what cannot be looked at either, such as a link that leads to itself. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

const namesIn = (folder: string): readonly string[] => (isFolder(folder) ? readdirSync(folder) : [])
