import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { type ErrorCode, GymError, messageOf } from '../core/data/errors.ts'

/** Ends the name of a file that is being written; a crash may leave one behind. */
export const UNFINISHED = '.tmp'

/** Writes a file that is there whole or not at all, even after power loss. */
export function writeWhole(path: string, content: string | Buffer): void {
  const unfinished = `${path}${UNFINISHED}`
  withFile(unfinished, 'w', (fd) => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
    fsyncSync(fd)
  })
  renameSync(unfinished, path)
  syncFolder(dirname(path))
}

/** Makes the names in a folder as safe as the files; Windows does so by itself, and opens no folders. */
export function syncFolder(folder: string): void {
  if (process.platform !== 'win32') withFile(folder, 'r', fsyncSync)
}

export function withFile<T>(path: string, flags: string, use: (fd: number) => T): T {
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
