import type { ExecutionStatus, Output } from './types.ts'

/** Status of an execution that broke a limit, or exited, or was ended by a signal of its own. */
export function statusOf(why: ExecutionStatus | null, exitCode: number | null): ExecutionStatus {
  if (why !== null) return why
  if (exitCode === null) return 'killed'
  return exitCode === 0 ? 'ok' : 'failed'
}

/** Text of bytes; invalid UTF-8 becomes U+FFFD, and a byte order mark stays. */
export const outputOf = (bytes: Uint8Array, isTruncated: boolean): Output => ({
  text: Buffer.from(bytes).toString('utf8'),
  isTruncated,
})

/** An output stream that is kept up to a limit. */
export class Capture {
  readonly #chunks: Buffer[] = []
  #room: number
  #isTruncated = false

  constructor(mostBytes: number) {
    this.#room = mostBytes
  }

  /** Keeps what fits; false once something did not. */
  add(chunk: Buffer): boolean {
    this.#chunks.push(chunk.subarray(0, this.#room))
    this.#isTruncated ||= chunk.length > this.#room
    this.#room = Math.max(0, this.#room - chunk.length)
    return !this.#isTruncated
  }

  output(): Output {
    return outputOf(Buffer.concat(this.#chunks), this.#isTruncated)
  }
}
