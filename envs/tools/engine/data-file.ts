import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'

/** Bytes of a file that still fit into one text. */
const MOST_BYTES = 2 ** 29 - 24

/**
 * The text of a file of a data folder, which a record of strangers may name: a pipe or device is not waited for.
 * @throws Error that says why it cannot be read
 */
export function readDataFile(path: string): string {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) throw new Error('it is not a regular file')
    if (stat.size > MOST_BYTES) throw new Error(`it has ${stat.size} bytes, and at most ${MOST_BYTES} are read`)
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}
