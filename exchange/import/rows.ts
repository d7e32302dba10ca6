import { isUtf8 } from 'node:buffer'
import { closeSync, fstatSync } from 'node:fs'
import { isObject } from '../../agents/chat/form.ts'
import { GymError, messageOf } from '../../core/data/errors.ts'
import { parseExactJson, parseJson } from '../../core/data/json.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { openRunFile, READ } from '../../records/files.ts'
import { MAX_LINE_BYTES, readRange } from '../../records/lines.ts'

/** Place of a row in its file. */
export interface Place {
  /** Line, from 1. */
  readonly line: number
  readonly begin: number
  readonly end: number
}

const CHUNK_BYTES = 2 ** 20
const NEWLINE = 10
const PARQUET = 'it is Parquet: import reads JSON Lines and JSON, so write its rows as those'

/**
 * A file of rows: a JSON object per line, or one JSON document (an object, or a list of them) over any number of lines. It is
 * read row by row.
 */
export class RowFile {
  readonly name: string
  readonly #fd: number
  /** Rows of the place that was read last: a document has all of its rows there. */
  #last: { readonly begin: number; readonly rows: readonly Json[] } | null = null

  /**
   * @param name as messages have it
   * @throws GymError BATCH_INVALID where it is not a regular file that can be read
   */
  constructor(path: string, name: string) {
    this.name = name
    try {
      this.#fd = openRunFile(path, READ)
    } catch (thrown) {
      throw new GymError('BATCH_INVALID', `${name} cannot be read: ${messageOf(thrown)}`, { cause: thrown })
    }
  }

  /** Every row with its place. Rows of a list have the place of the whole. @throws GymError BATCH_INVALID with file and line */
  *rows(): Generator<readonly [JsonObject, Place], void> {
    let isFirst = true
    for (const place of this.#lines()) {
      const text = this.#textAt(place)
      if (text.trim() === '') continue
      if (isFirst && !isWhole(text)) {
        yield* this.#document(place)
        return
      }
      isFirst = false
      for (const row of rowsOf(this.#parsed(text, place))) yield [this.#object(row, place), place]
    }
    if (isFirst) throw this.invalid({ line: 1 }, 'there is no row: give a file with a JSON object per line')
  }

  /** The row at a place, where a line has one row. @throws GymError BATCH_INVALID */
  rowAt(place: Place, number: number): JsonObject {
    if (this.#last?.begin !== place.begin)
      this.#last = { begin: place.begin, rows: rowsOf(this.#parsed(this.#textAt(place), place)) }
    return this.#object(this.#last.rows[number] ?? null, place)
  }

  close(): void {
    closeSync(this.#fd)
  }

  invalid({ line }: Pick<Place, 'line'>, problem: string): GymError {
    return new GymError('BATCH_INVALID', `${this.name} line ${line}: ${problem}`)
  }

  *#document({ line, begin }: Place): Generator<readonly [JsonObject, Place], void> {
    const place = { line, begin, end: fstatSync(this.#fd).size }
    for (const row of rowsOf(this.#parsed(this.#textAt(place), place))) yield [this.#object(row, place), place]
  }

  #object(row: Json, place: Place): JsonObject {
    if (isObject(row)) return row
    throw this.invalid(place, 'a row is a JSON object: remove the line, or write it as one')
  }

  #parsed(text: string, place: Place): Json {
    try {
      return parseExactJson(text)
    } catch (thrown) {
      throw this.invalid(place, `it is not JSON (${messageOf(thrown)}): write it again, or remove the line`)
    }
  }

  #textAt(place: Place): string {
    const { begin, end } = place
    if (end - begin > MAX_LINE_BYTES) throw this.invalid(place, `it has more than ${MAX_LINE_BYTES} bytes: split it`)
    const bytes = readRange(this.#fd, begin, end)
    if (begin === 0 && bytes.subarray(0, 4).toString('latin1') === 'PAR1') throw this.invalid(place, PARQUET)
    if (!isUtf8(bytes)) throw this.invalid(place, 'it is not UTF-8: convert the file')
    const text = bytes.toString()
    return begin === 0 ? text.replace(/^\ufeff/, '') : text
  }

  /** Lines by their bytes; the last one may have no end. */
  *#lines(): Generator<Place, void> {
    const { size } = fstatSync(this.#fd)
    let [line, begin] = [1, 0]
    for (let at = 0; at < size; at += CHUNK_BYTES) {
      const chunk = readRange(this.#fd, at, Math.min(size, at + CHUNK_BYTES))
      for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, end + 1)) {
        yield { line: line++, begin, end: at + end }
        begin = at + end + 1
      }
    }
    if (begin < size) yield { line, begin, end: size }
  }
}

const rowsOf = (value: Json): readonly Json[] => (Array.isArray(value) ? value : [value])

/** Whether the first line is JSON by itself: else it begins a document of several lines. */
function isWhole(text: string): boolean {
  try {
    parseJson(text)
    return true
  } catch {
    return !/^\s*[[{]\s*("[^"]*"\s*:\s*[[{]?\s*)?$/.test(text)
  }
}
