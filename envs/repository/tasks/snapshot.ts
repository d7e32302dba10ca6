import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { messageOf } from '../../../core/data/errors.ts'
import { shown } from '../../../core/data/shown.ts'
import { type Blob, blobOf, problemOf, type WorkspaceLimits, workspaceOf } from '../../../sandbox/episode/workspace.ts'
import { tasksInvalid } from '../../../sandbox/tasks/task.ts'
import type { RepositoryFiles } from '../task.ts'

/** What git and Python keep beside the files of a repository. */
const LEFT_OUT = ['.git', '__pycache__']

/**
 * The files of a folder, without `.git` and `__pycache__`. A symbolic link to a file in the folder is read as this file.
 * @throws GymError CONFIG_INVALID for a link out of the folder, for what is neither a file nor a folder, and for more than the limits
 */
export function readSnapshot(folder: string, limits: WorkspaceLimits): RepositoryFiles {
  try {
    const root = realpathSync(folder)
    const reader = new SnapshotReader(folder, root, limits)
    reader.read(root)
    return reader.files()
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'CONFIG_INVALID') throw thrown
    throw tasksInvalid(folder, `the folder cannot be read: ${messageOf(thrown)}`)
  }
}

class SnapshotReader {
  readonly #folder: string
  readonly #root: string
  readonly #limits: WorkspaceLimits
  readonly #found = new Map<string, Blob>()
  #bytes = 0

  constructor(folder: string, root: string, limits: WorkspaceLimits) {
    this.#folder = folder
    this.#root = root
    this.#limits = limits
  }

  files(): RepositoryFiles {
    const files = Object.fromEntries(this.#found)
    const problem = problemOf(workspaceOf(files), this.#limits)
    if (problem !== null) throw this.#invalid(problem)
    return files
  }

  read(folder: string): void {
    for (const name of readdirSync(folder).sort()) if (!LEFT_OUT.includes(name)) this.#entry(join(folder, name))
  }

  #entry(path: string): void {
    const kind = lstatSync(path)
    if (kind.isDirectory()) this.read(path)
    else if (kind.isFile()) this.#file(path, path)
    else if (kind.isSymbolicLink()) this.#file(path, this.#target(path))
    else throw this.#invalid(`${this.#name(path)} is neither a file nor a folder`)
  }

  /** The file that a link means. */
  #target(path: string): string {
    const target = realpathSync(path)
    if (!target.startsWith(this.#root + sep))
      throw this.#invalid(`${this.#name(path)} is a link out of the folder: put the file in its place`)
    if (!statSync(target).isFile())
      throw this.#invalid(`${this.#name(path)} is a link to a folder: put the folder in its place`)
    return target
  }

  #file(path: string, target: string): void {
    const { workspaceFiles, workspaceBytes } = this.#limits
    this.#bytes += statSync(target).size
    if (this.#bytes > workspaceBytes)
      throw this.#invalid(
        `its files have more than ${workspaceBytes} bytes: raise the option workspaceBytes, or leave files out`,
      )
    if (this.#found.size >= workspaceFiles)
      throw this.#invalid(
        `it has more than ${workspaceFiles} files: raise the option workspaceFiles, or leave files out`,
      )
    this.#found.set(relative(this.#root, path).split(sep).join('/'), blobOf(readFileSync(target)))
  }

  #name(path: string): string {
    return shown(relative(this.#root, path))
  }

  #invalid(what: string): Error {
    return tasksInvalid(this.#folder, what)
  }
}
