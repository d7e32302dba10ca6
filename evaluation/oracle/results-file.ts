import { appendFileSync, existsSync, lstatSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { GymError, messageOf } from '../../core/data/errors.ts'
import { canonicalJson, hashOf } from '../../core/data/hash.ts'
import { parseJson } from '../../core/data/json.ts'
import type { JsonObject } from '../../core/data/types.ts'

/** What a file of results holds. */
export interface ResultsKind {
  /** Names the format, and is raised where an older reader would misread the lines. */
  readonly format: string
  /** For messages, in the plural. */
  readonly holds: string
}

const STEP_VALUES: ResultsKind = { format: 'stepgym-oracle-2', holds: 'step values' }

/**
 * Results on disk, one JSON line each, with a checksum, after a line with the settings they were made with. What is appended is there
 * when the call returns; a line that a crash tore is taken off when the file is opened again.
 */
export class ResultsFile<Row extends object> {
  readonly path: string
  readonly #digest: string
  readonly #rows: Row[]

  private constructor(path: string, digest: string, rows: Row[]) {
    this.path = path
    this.#digest = digest
    this.#rows = rows
  }

  /**
   * Opens or creates a file.
   * @param settings All that decides what the results are.
   * @param read A line as a row; null for any other line.
   * @param kind What the results are. @default step values
   * @throws GymError CONFIG_INVALID for a file of other settings, naming them; RECORD_FOREIGN for one that is something
   *   else; RECORD_CORRUPT for a line that is damaged; RECORD_FAILED where it cannot be read or written
   */
  static open<Row extends object>(
    path: string,
    settings: JsonObject,
    read: (line: JsonObject) => Row | null,
    kind: ResultsKind = STEP_VALUES,
  ): ResultsFile<Row> {
    const digest = sumOf(settings)
    const { lines, size, isTorn } = kept(path, () => contentOf(path))
    const [first, ...rest] = lines
    if (first !== undefined) expectSame(path, first, settings, kind)
    else if (isTorn && !isBeginning(path, kind)) throw foreign(path, kind)
    if (isTorn) kept(path, () => truncateSync(path, size))
    if (first === undefined) kept(path, () => writeFileSync(path, headerOf(digest, settings, kind)))
    const rows = rest.map((line, at) => rowOf(path, line, at + 2, digest, read))
    return new ResultsFile(path, digest, rows)
  }

  /** Those of earlier runs, then what was appended. */
  get rows(): readonly Row[] {
    return this.#rows
  }

  /** @throws GymError RECORD_FAILED */
  append(row: Row): void {
    kept(this.path, () => appendFileSync(this.path, lineOf(this.#digest, row)))
    this.#rows.push(row)
  }
}

/** Results as they stand on disk. */
export interface Results<Row> {
  /** All that decided what the results are. */
  readonly settings: JsonObject
  /** In the order they were appended: of rows for one thing, the later counts. */
  readonly rows: readonly Row[]
}

/**
 * Reads a file of results and leaves it as it is; a line that a crash tore is left out.
 * @param read A line as a row; null for any other line.
 * @throws GymError RECORD_FOREIGN, RECORD_CORRUPT, RECORD_FAILED, as `ResultsFile.open`
 */
export function readResults<Row extends object>(path: string, read: (line: JsonObject) => Row | null): Results<Row> {
  const [first = '', ...rest] = kept(path, () => contentOf(path)).lines
  const { format, digest, settings } = parsed(first) ?? {}
  if (format !== STEP_VALUES.format || typeof digest !== 'string' || !isRecord(settings))
    throw foreign(path, STEP_VALUES)
  if (digest !== sumOf(settings)) throw damaged(path, 1)
  return { settings, rows: rest.map((line, at) => rowOf(path, line, at + 2, digest, read)) }
}

function kept<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    throw new GymError('RECORD_FAILED', `results cannot be kept in ${path}: ${messageOf(thrown)}`, { cause: thrown })
  }
}

interface Content {
  /** The complete lines. */
  readonly lines: readonly string[]
  /** Size of these lines in bytes. */
  readonly size: number
  readonly isTorn: boolean
}

function contentOf(path: string): Content {
  // A pipe or device would be waited for, and a link may lead to a file of something else.
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) throw new Error('it is not a regular file')
  const bytes = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
  const size = bytes.lastIndexOf('\n') + 1
  const lines = bytes.subarray(0, size).toString('utf8').split('\n').slice(0, -1)
  return { lines, size, isTorn: size < bytes.length }
}

const sumOf = (value: unknown): string => hashOf(value).slice(0, 16)

/** The checksum is of the row as it will be read. */
function lineOf(digest: string, row: object): string {
  const text = JSON.stringify(row)
  return `${JSON.stringify({ settings: digest, sum: sumOf(parseJson(text)), ...row })}\n`
}

const headerOf = (digest: string, settings: JsonObject, { format }: ResultsKind): string =>
  `${JSON.stringify({ format, digest, settings })}\n`

/** True of a first line that was torn: it is the beginning of what is written first, or begins with it. */
function isBeginning(path: string, { format }: ResultsKind): boolean {
  const text = readFileSync(path, 'utf8')
  const begins = JSON.stringify({ format }).slice(0, -1)
  return text.startsWith(begins) || begins.startsWith(text)
}

function expectSame(path: string, line: string, settings: JsonObject, kind: ResultsKind): void {
  const { format, digest, settings: others } = parsed(line) ?? {}
  if (format !== kind.format || !isRecord(others)) throw foreign(path, kind)
  const names = [...new Set([...Object.keys(settings), ...Object.keys(others)])]
  const other = names.filter((name) => canonicalJson(settings[name] ?? null) !== canonicalJson(others[name] ?? null))
  if (other.length === 0 && digest !== sumOf(settings)) throw damaged(path, 1)
  if (other.length === 0) return
  const was = other.map((name) => `${name} was ${canonicalJson(others[name] ?? null)}`).join(', ')
  throw new GymError(
    'CONFIG_INVALID',
    `${path} holds results under other settings (${was}): resume with those, or write to another file`,
  )
}

function rowOf<Row>(
  path: string,
  line: string,
  number: number,
  digest: string,
  read: (line: JsonObject) => Row | null,
): Row {
  const { settings, sum, ...fields } = parsed(line) ?? {}
  const row = settings === digest && sum === sumOf(fields) ? read(fields) : null
  if (row !== null) return row
  throw damaged(path, number)
}

const damaged = (path: string, line: number): GymError =>
  new GymError('RECORD_CORRUPT', `line ${line} of ${path} is damaged: take it out, or write to another file`)

function parsed(line: string): JsonObject | null {
  try {
    const value = parseJson(line)
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

const isRecord = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const foreign = (path: string, { holds }: ResultsKind): GymError =>
  new GymError('RECORD_FOREIGN', `${path} holds something other than ${holds}: write to another file`)
