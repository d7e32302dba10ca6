import { GymError } from '../../core/errors.ts'
import type { VectorRequest } from '../../core/protocol.ts'
import type { NativeSession } from '../native/session.ts'
import type { Columns, Row } from './columns.ts'

/** What stands in a frame beside its columns; far more than that is. */
const HEAD_BYTES = 2048

/** The frames of one reply: rows are gathered until a frame is full, and the last frame says that it is. */
export class Frames {
  readonly #session: NativeSession
  readonly #request: Pick<VectorRequest, 'type' | 'id'>
  readonly #vector: string
  readonly #columns: Columns
  #rows: Row[] = []
  #characters = 0

  constructor(session: NativeSession, request: Pick<VectorRequest, 'type' | 'id'>, vector: string, columns: Columns) {
    this.#session = session
    this.#request = request
    this.#vector = vector
    this.#columns = columns
  }

  /** A frame that is full is sent. */
  add(given: Row): void {
    const row = this.#fitting(given)
    if (this.#rows.length > 0 && this.#characters + row.characters > this.#room) this.send()
    this.#rows.push(row)
    this.#characters += row.characters
  }

  /** Sends what there is, where there is anything; more of the reply follows. */
  send(): void {
    if (this.#rows.length > 0) this.#session.reply(this.#request, this.#fields(false), false)
  }

  /** The fields of the last frame. */
  last(): string {
    return this.#fields(true)
  }

  get #room(): number {
    const { vectorFrameCharacters, frameBytesOut } = this.#session.realm.limits
    // A UTF-16 unit has at most three bytes in UTF-8.
    return Math.min(vectorFrameCharacters, (frameBytesOut - HEAD_BYTES) / 3)
  }

  /** A step whose row fits into no frame stands, as one does whose reply is too large. */
  #fitting(row: Row): Row {
    const { frameBytesOut } = this.#session.realm.limits
    if (row.characters * 3 + HEAD_BYTES <= frameBytesOut) return row
    const bytes = row.cells.reduce((sum, cell) => sum + Buffer.byteLength(cell) + 1, 0)
    if (bytes + HEAD_BYTES <= frameBytesOut) return row
    const error = new GymError('FRAME_TOO_LARGE', `the slot has ${bytes} bytes, and a frame at most ${frameBytesOut}`)
    return this.#columns.failure(row.slot, error)
  }

  #fields(isLast: boolean): string {
    const rows = this.#rows
    this.#rows = []
    this.#characters = 0
    const slots = rows.map(({ slot }) => slot)
    const columns = this.#columns.names.map((name, at) => `,"${name}":[${rows.map(({ cells }) => cells[at]).join()}]`)
    return `"vector":"${this.#vector}","slots":[${slots.join()}],"isLast":${isLast}${columns.join('')}`
  }
}
