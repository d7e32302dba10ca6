import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { type ErrorCode, GymError, messageOf } from '../core/data/errors.ts'
import { Malformed } from './check.ts'

/** Ends the name of a file that is being written; a crash may leave one behind. */
export const UNFINISHED = '.tmp'

/**
 * Makes a folder and those above it, unless it is there. Folder by folder: the `recursive` of Node.js tries without end
 * where the folder above exists and the system says that it does not, as in /proc.
 * @throws Error that says why it cannot be made
 */
export function makeFolder(folder: string): void {
  if (isFolder(folder)) return
  const above = dirname(folder)
  if (above !== folder) makeFolder(above)
  try {
    mkdirSync(folder)
  } catch (thrown) {
    // Another process may have made it meanwhile.
    if (!isFolder(folder)) throw thrown
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

/** Writes a file that is there whole or not at all, even after power loss. */
export function writeWhole(path: string, content: string | Buffer): void {
  const unfinished = `${path}${UNFINISHED}`
  // Created again: an existing one may be a link to somewhere else.
  rmSync(unfinished, { force: true })
  try {
    withFile(unfinished, 'wx', (fd) => {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
      fsyncSync(fd)
    })
    renameSync(unfinished, path)
  } catch (thrown) {
    discard(unfinished)
    throw thrown
  }
  syncFolder(dirname(path))
}

/** Gives a full disk its space back; where that fails as well, the first failure is the one to tell. */
function discard(unfinished: string): void {
  try {
    rmSync(unfinished, { force: true })
  } catch {}
}

/** Makes the names in a folder as safe as the files; Windows does so by itself, and opens no folders. */
export function syncFolder(folder: string): void {
  if (process.platform !== 'win32') withFile(folder, 'r', fsyncSync)
}

/** Follows no link, and does not block on a pipe. */
const NO_DETOURS = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** Flags of `openSync` for a file of a run. */
export const READ = constants.O_RDONLY | NO_DETOURS
export const CHANGE = constants.O_RDWR | NO_DETOURS
export const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | NO_DETOURS

/**
 * As `withFile`, for a file that someone else may have put into the run: no link, no pipe and no device.
 * @throws Malformed
 */
export function withRunFile<T>(path: string, flags: number, use: (fd: number) => T): T {
  const fd = openRunFile(path, flags)
  try {
    return use(fd)
  } finally {
    closeSync(fd)
  }
}

/** @throws Malformed */
export function openRunFile(path: string, flags: number): number {
  expectNoLink(path)
  const fd = openSync(path, flags)
  try {
    expectFile(fd)
    return fd
  } catch (thrown) {
    closeSync(fd)
    throw thrown
  }
}

/** Most bytes that Node.js reads at once. */
const MOST_BYTES = 2 ** 31 - 1

/**
 * Bytes of a file that data may name, such as an option in a manifest: a pipe or a device is refused, and not waited for.
 * @throws Error that says why it cannot be read
 */
export function readNamedFile(path: string, most = MOST_BYTES): Uint8Array {
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    expectFile(fd)
    const { size } = fstatSync(fd)
    if (size > most) throw new Error(`it has ${size} bytes, and at most ${most} are read`)
    return readFileSync(fd)
  } finally {
    closeSync(fd)
  }
}

function expectFile(fd: number): void {
  if (!fstatSync(fd).isFile()) throw new Malformed('it is not a regular file')
}

/** @throws Malformed where a folder or file of a run is a link, which may lead out of the run. */
export function expectNoLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new Malformed(`${path} is a symbolic link: a run has its files in its own folder`)
}

/** The text of a small file of a run. @throws Malformed where it is longer than `most` bytes */
export function readRunText(path: string, most: number): string {
  return withRunFile(path, READ, (fd) => {
    const { size } = fstatSync(fd)
    if (size > most) throw new Malformed(`it has ${size} bytes, and at most ${most} are read`)
    const bytes = Buffer.alloc(size)
    let done = 0
    for (let read = -1; read !== 0 && done < size; done += read) read = readSync(fd, bytes, done, size - done, done)
    return bytes.toString('utf8', 0, done)
  })
}

export function withFile<T>(path: string, flags: string | number, use: (fd: number) => T): T {
  const fd = openSync(path, flags)
  try {
    return use(fd)
  } finally {
    closeSync(fd)
  }
}

/** What the file system says becomes an error of the one who asked it. @throws GymError with `code` */
export function attributed<T>(code: ErrorCode, what: string, use: () => T): T {
  try {
    return use()
  } catch (thrown) {
    throw thrown instanceof GymError ? thrown : new GymError(code, `${what}: ${messageOf(thrown)}`, { cause: thrown })
  }
}
