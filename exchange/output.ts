import { closeSync, linkSync, lstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { GymError, messageOf } from '../core/data/errors.ts'

/** Name of a file that this process is writing: another process may be writing the same one. */
const unfinishedOf = (path: string): string => `${path}.${process.pid}.part`

/**
 * Writes a file that is there whole or not at all. What appears in its place meanwhile is not replaced.
 * @throws GymError CONFIG_INVALID where anything is in its place, or nothing can be written there; whatever `write` throws
 */
export async function writeNew<T>(path: string, write: (fd: number) => Promise<T>): Promise<T> {
  expectFree(path)
  const unfinished = unfinishedOf(path)
  const fd = opened(unfinished, path)
  try {
    const result = await write(fd)
    closeSync(fd)
    placed(unfinished, path)
    return result
  } catch (thrown) {
    closeQuietly(fd)
    rmSync(unfinished, { force: true })
    throw thrown
  }
}

function expectFree(path: string): void {
  if (!isThere(path)) return
  throw new GymError('CONFIG_INVALID', `${path} exists: name another file with --out, or remove it`)
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (thrown) {
    throw unwritable(path, thrown)
  }
}

/** A link fails where there is anything, unlike a move, which replaces it; some file systems have no links. */
function placed(unfinished: string, path: string): void {
  try {
    linkSync(unfinished, path)
  } catch {
    expectFree(path)
    renameSync(unfinished, path)
    return
  }
  rmSync(unfinished)
}

const unwritable = (path: string, cause: unknown): GymError =>
  new GymError('CONFIG_INVALID', `${path} cannot be written: ${messageOf(cause)}`, { cause })

/** Created, not opened: what is there may be a link to somewhere else. */
function opened(unfinished: string, path: string): number {
  try {
    rmSync(unfinished, { force: true })
    return openSync(unfinished, 'wx')
  } catch (thrown) {
    throw unwritable(path, thrown)
  }
}

function closeQuietly(fd: number): void {
  try {
    closeSync(fd)
  } catch {
    // It is closed, or its disk is full: what was thrown first counts.
  }
}

/** Characters that are written at once. */
const CHUNK = 2 ** 20

/** Lines of a file, written in chunks. */
export class LineFile {
  readonly #fd: number
  #lines: string[] = []
  #length = 0

  constructor(fd: number) {
    this.#fd = fd
  }

  add(line: string): void {
    this.#lines.push(line, '\n')
    this.#length += line.length
    if (this.#length >= CHUNK) this.finish()
  }

  finish(): void {
    const bytes = Buffer.from(this.#lines.join(''))
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done)
    this.#lines = []
    this.#length = 0
  }
}
