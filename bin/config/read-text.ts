import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** Bytes of a configuration, which is written by hand. */
const MOST_BYTES = 2 ** 24
const CHUNK_BYTES = 2 ** 16

/**
 * The text of a file that the operator names: a pipe of the shell is read to its end, and what has no end (`/dev/zero`)
 * is refused.
 * @param isOwn whether the file was found rather than named: then it must be a regular one
 * @throws Error that says why it cannot be read
 */
export function readText(path: string, isOwn = false): string {
  const file = openSync(path, 'r')
  try {
    if (isOwn && !fstatSync(file).isFile()) throw new Error('it is not a regular file')
    return Buffer.concat([...chunksOf(file)]).toString('utf8')
  } finally {
    closeSync(file)
  }
}

function* chunksOf(file: number): Generator<Buffer> {
  for (let length = 0; ; ) {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    const read = readSync(file, chunk)
    if (read === 0) return
    length += read
    if (length > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} bytes`)
    yield chunk.subarray(0, read)
  }
}
