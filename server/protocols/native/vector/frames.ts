import { isPromise, type MaybePromise } from '../../../../core/data/maybe-promise.ts'
import type { VectorRequest } from '../../../../core/protocol/index.ts'
import { FrameBytes } from '../../../transport/frame-bytes.ts'
import type { WriteFields } from '../channel/outbox.ts'
import { leftOut, replyTooLarge } from '../fields.ts'
import type { NativeSession } from '../session.ts'
import type { Cell, Columns, Row } from './columns.ts'

/** Upper bound of the characters of a frame beside its columns. */
const HEAD_BYTES = 2048
/** Bytes of a UTF-16 unit that JSON escapes by its number. */
const MOST_BYTES_A_UNIT = 6

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
    if (this.#rows.length > 0) this.#session.channel.reply(this.#request, this.#fields(false), false)
  }

  /** The fields of the last frame. */
  last(): WriteFields {
    return this.#fields(true)
  }

  get #room(): number {
    const { vectorFrameCharacters, frameBytesOut } = this.#session.host.limits
    return Math.min(vectorFrameCharacters, (frameBytesOut - HEAD_BYTES) / MOST_BYTES_A_UNIT)
  }

  /** What a request did to a slot whose row fits into no frame stands: the row says it without what is long. */
  #fitting(row: Row): Row {
    const { limits } = this.#session.host
    const bytes = this.#excessOf(row)
    if (bytes === null) return row
    const error = replyTooLarge(bytes, limits)
    const short = this.#columns.shortened(row, error, leftOut(bytes, limits))
    return this.#excessOf(short) === null ? short : this.#columns.failure(row.slot, error)
  }

  /** Bytes of a row that fits into no frame; else null. */
  #excessOf({ characters, cells }: Row): number | null {
    const { frameBytesOut } = this.#session.host.limits
    if (characters * MOST_BYTES_A_UNIT + HEAD_BYTES <= frameBytesOut) return null
    const bytes = cells.reduce((sum, cell) => sum + this.#bytesOf(cell) + 1, 0)
    return bytes + HEAD_BYTES <= frameBytesOut ? null : bytes
  }

  #bytesOf(cell: Cell): number {
    return Buffer.byteLength(typeof cell === 'string' ? cell : this.#session.literals.of(cell.text))
  }

  #fields(isLast: boolean): WriteFields {
    const rows = this.#rows
    this.#rows = []
    this.#characters = 0
    return (head) =>
      FRAME.written((bytes) => {
        const slots = rows.map(({ slot }) => slot)
        bytes.json(`${head},"vector":"${this.#vector}","slots":[${slots.join()}],"isLast":${isLast}`)
        for (const [at, name] of this.#columns.names.entries()) this.#write(bytes, name, at, rows)
        bytes.json('}')
      })
  }

  #write(bytes: FrameBytes, name: string, column: number, rows: readonly Row[]): void {
    let before = `,"${name}":[`
    for (const { cells } of rows) {
      bytes.json(before)
      before = ','
      const cell = cells[column] ?? 'null'
      if (typeof cell === 'string') bytes.json(cell)
      else if (!bytes.text(cell.text)) bytes.json(this.#session.literals.of(cell.text))
    }
    bytes.json(rows.length === 0 ? `${before}]` : ']')
  }
}

/** One after the other, in the same memory. */
const FRAME = new FrameBytes()

/** Replies once every slot is ready, at once where none is late. @returns The last frame of the reply. */
export function deliverWhole(rows: readonly MaybePromise<Row>[], frames: Frames): MaybePromise<WriteFields> {
  const write = (ready: readonly Row[]): WriteFields => {
    for (const row of ready) frames.add(row)
    return frames.last()
  }
  const ready = rows.filter((row): row is Row => !isPromise(row))
  return ready.length === rows.length ? write(ready) : Promise.all(rows).then(write)
}

/**
 * Replies with each slot as it gets ready; those that get ready in one turn of the event loop share a frame.
 * @returns The last frame of the reply.
 */
export function deliverReady(rows: readonly MaybePromise<Row>[], frames: Frames): MaybePromise<WriteFields> {
  const late: Promise<Row>[] = []
  for (const row of rows) {
    if (isPromise(row)) late.push(row)
    else frames.add(row)
  }
  if (late.length === 0) return frames.last()
  frames.send()
  return addLate(late, frames)
}

async function addLate(late: readonly Promise<Row>[], frames: Frames): Promise<WriteFields> {
  let sending: NodeJS.Immediate | null = null
  const send = (): void => {
    sending = null
    frames.send()
  }
  const add = (row: Row): void => {
    frames.add(row)
    sending ??= setImmediate(send)
  }
  await Promise.all(late.map((row) => row.then(add)))
  if (sending) clearImmediate(sending)
  return frames.last()
}
