import { writeSync } from 'node:fs'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { GymError } from '../../core/data/errors.ts'
import { shown } from '../../core/data/shown.ts'
import { type Cell, type Column, type ColumnKind, schemaOf } from './columns.ts'

/** Bytes of values, about, after which rows are written as a group. */
const GROUP_BYTES = 8 * 2 ** 20
const GROUP_ROWS = 20_000

/**
 * A Parquet file that is written group by group of rows: no more is held than one group of about 8 MiB. Compressed with
 * Snappy, which every reader has.
 */
export class ParquetFile<Row> {
  readonly #columns: readonly Column<Row>[]
  readonly #fd: number
  readonly #bytes = new ByteWriter()
  readonly #writer: ParquetWriter
  #cells: Cell[][]
  #size = 0

  /** @param notes key-value metadata of the file */
  constructor(fd: number, columns: readonly Column<Row>[], notes: Readonly<Record<string, string>>) {
    this.#fd = fd
    this.#columns = columns
    this.#cells = columns.map(() => [])
    const kvMetadata = Object.entries(notes).map(([key, value]) => ({ key, value }))
    this.#writer = new ParquetWriter({ writer: this.#bytes, schema: schemaOf(columns), statistics: false, kvMetadata })
  }

  /** @throws GymError BATCH_INVALID for a number that its column does not hold */
  add(row: Row): void {
    for (const [at, { name, kind, value }] of this.#columns.entries()) {
      const cell = value(row)
      expectHeld(name, kind, cell)
      this.#cells[at]?.push(cell)
      this.#size += sizeOf(cell)
    }
    if (this.#size >= GROUP_BYTES || (this.#cells[0]?.length ?? 0) >= GROUP_ROWS) this.#writeGroup()
  }

  finish(): void {
    if ((this.#cells[0]?.length ?? 0) > 0) this.#writeGroup()
    void this.#writer.finish()
    this.#flush()
  }

  /**
   * One page per column: a page that ends within the list of a row would be misread. All of it is synchronous, as its
   * bytes are kept in memory.
   */
  #writeGroup(): void {
    const columnData = this.#columns.map(({ name, kind }, at) => ({
      name,
      data: this.#cells[at] ?? [],
      ...(EXACT.includes(kind) && { encoding: 'PLAIN' as const }),
    }))
    void this.#writer.write({ columnData, rowGroupSize: GROUP_ROWS, pageSize: 0 })
    this.#cells = this.#columns.map(() => [])
    this.#size = 0
    this.#flush()
  }

  #flush(): void {
    const bytes = this.#bytes.getBytes()
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done)
    this.#bytes.index = 0
  }
}

/** A dictionary would write -0 as 0. */
const EXACT: readonly ColumnKind[] = ['double', 'doubles']

const sizeOf = (cell: Cell): number =>
  typeof cell === 'string' ? cell.length : Array.isArray(cell) ? 8 * cell.length : 8

const MOST_INT32 = 2 ** 31 - 1

/** What would wrap around silently. @throws GymError BATCH_INVALID */
function expectHeld(name: string, kind: ColumnKind, cell: Cell): void {
  if (kind !== 'int32' && kind !== 'int32s') return
  const numbers: readonly unknown[] = Array.isArray(cell) ? cell : [cell]
  const odd = numbers.find((each) => each !== null && !(Number.isInteger(each) && Math.abs(Number(each)) <= MOST_INT32))
  if (odd !== undefined)
    throw new GymError(
      'BATCH_INVALID',
      `the column ${name} holds whole numbers to ${MOST_INT32}, and not ${shown(odd)}`,
    )
}
