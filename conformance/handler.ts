import { parseJson } from '../core/data/json.ts'

/** A record of a reference-vector file, ready to be checked against our implementation. */
export interface VerifyCase {
  /** Name of the record in messages: its position, and what distinguishes it from its neighbours. */
  readonly id: string
  /** Throws `VerifyMismatch` where we disagree with the record. */
  check(): void | Promise<void>
}

export interface VerifyInput {
  /** The whole vector file. */
  readonly text: string
  /** Folder of the data sets that records refer to (it holds `webshop_synth/`, ...). */
  readonly dataFolder: string
  /** The text of another file of the same folder, for records that refer to its rows; undefined if there is none. */
  readonly sibling: (name: string) => string | undefined
}

/** Knows one family of vector files; `stepgym verify` finds the handler by the file's name. */
export interface VerifyHandler {
  readonly name: string
  readonly pattern: RegExp
  /** One case a record, whether or not the record can be understood: a malformed one fails in `check`. */
  cases(input: VerifyInput): Iterable<VerifyCase> | AsyncIterable<VerifyCase>
}

/** What reference vectors are about: environments, credit assignment, or reward hooks and the evaluation of reward models. */
export const VECTOR_KINDS = ['envs', 'credit', 'hooks'] as const
export type VectorKind = (typeof VECTOR_KINDS)[number]

/** Handlers for the reference vectors of one environment family, or of credit. A suite is `conformance/suites/NAME/`. */
export interface ConformanceSuite {
  /** Lower case with dashes. */
  readonly name: string
  readonly vectors: VectorKind
  readonly handlers: readonly VerifyHandler[]
}

/** Says where a record and our result part. */
export class VerifyMismatch extends Error {
  readonly path: string
  /** Both as JSON text, cut where long. */
  readonly expected: string
  readonly got: string

  constructor(path: string, expected: unknown, got: unknown) {
    const start = excerptStart(expected, got)
    const shown = { expected: excerpt(expected, start), got: excerpt(got, start) }
    super(`${path}: expected ${shown.expected}, got ${shown.got}`)
    this.path = path
    this.expected = shown.expected
    this.got = shown.got
  }
}

const EXCERPT_LENGTH = 300
const LEAD_LENGTH = 40

const excerpt = (value: unknown, start: number): string => {
  const text = typeof value === 'string' ? value.slice(start) : value
  const json = JSON.stringify(text) ?? String(text)
  const lead = start > 0 ? `…[from character ${start}] ` : ''
  return lead + (json.length > EXCERPT_LENGTH ? `${json.slice(0, EXCERPT_LENGTH)}… (${json.length} characters)` : json)
}

/** Long texts are shown from a little before their first difference, or both excerpts would look the same. */
const excerptStart = (expected: unknown, got: unknown): number => {
  if (typeof expected !== 'string' || typeof got !== 'string' || expected.length < EXCERPT_LENGTH) return 0
  let index = 0
  while (index < expected.length && expected[index] === got[index]) index += 1
  return Math.max(0, index - LEAD_LENGTH)
}

/** Records of JSON Lines, or of a JSON array, each with its position. Lines that do not parse come as errors. */
export function* recordsOf(text: string): Generator<{ readonly index: number; readonly read: () => unknown }> {
  const trimmed = text.trimStart()
  if (trimmed.startsWith('[')) {
    const items = parseJson(trimmed)
    if (!Array.isArray(items)) return
    for (const [index, item] of items.entries()) yield { index, read: () => item }
    return
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  for (const [index, line] of lines.entries()) yield { index, read: (): unknown => parseJson(line) }
}

/**
 * Compares JSON values; numbers within `tolerance` (absolute, default 0).
 * @throws VerifyMismatch at the first path that differs.
 */
export function expectEqual(path: string, expected: unknown, got: unknown, tolerance = 0): void {
  if (typeof expected === 'number' && typeof got === 'number') {
    if (Math.abs(expected - got) <= tolerance || Object.is(expected, got)) return
  } else if (Array.isArray(expected) && Array.isArray(got)) {
    if (expected.length !== got.length) throw new VerifyMismatch(`${path}.length`, expected.length, got.length)
    expected.forEach((item: unknown, index) => {
      expectEqual(`${path}[${index}]`, item, got[index], tolerance)
    })
    return
  } else if (isRecord(expected) && isRecord(got)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(got)]))
      expectEqual(`${path}.${key}`, expected[key], got[key], tolerance)
    return
  } else if (Object.is(expected, got)) return
  throw new VerifyMismatch(path, expected, got)
}

/**
 * Holds a record to the fields that its handler checks, so that a new field is never passed over in silence.
 * @throws VerifyMismatch at the first field that `checked` does not name.
 */
export function expectOnlyFields(path: string, record: object, checked: readonly string[]): void {
  for (const [name, value] of Object.entries(record))
    if (!checked.includes(name)) throw new VerifyMismatch(`${path}.${name}`, value, 'field not checked')
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
