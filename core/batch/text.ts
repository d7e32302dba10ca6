import { messageOf } from '../data/errors.ts'
import { MAX_JSON_DEPTH, parseJson } from '../data/json.ts'
import { JSON_WORDS, type JsonDialect, type JsonPath, JsonReader } from '../data/json-reader.ts'
import { hasRepeatedKeys } from '../data/repeated-keys.ts'
import { shown } from '../data/shown.ts'
import { batchInvalid } from './fields.ts'

/**
 * JSON as Python writes it: integers of any size, NaN and the infinities.
 * @param whole What the text is, for messages: `the batch`, `line 3`.
 */
const pythonJson = (whole: string): JsonDialect<bigint> => ({
  integer: (digits) => (Number.isSafeInteger(Number(digits)) ? Number(digits) : BigInt(digits)),
  words: { ...JSON_WORDS, NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY, '-Infinity': Number.NEGATIVE_INFINITY },
  repeated: (key, path) => batchInvalid(`${placeOf(path, whole)} has the key ${shown(key)} twice: leave one out`),
})

/** Place of an object: `row 3` of an array of records, `row 3: signals`, `line 3: signals`, `anchors`. */
function placeOf(path: JsonPath, whole: string): string {
  const row = path.find((step) => typeof step === 'number')
  const names = path.filter((step) => typeof step === 'string').join('.')
  const holder = row === undefined ? whole : `row ${row}`
  if (names === '') return holder
  return holder === BATCH ? names : `${holder}: ${names}`
}

const BATCH = 'the batch'

/** What the native reader refuses, or may round: an integer of 16 digits or more. */
const PYTHONS = /NaN|Infinity|(?<![\d.])\d{16,}(?![\d.eE])/

/**
 * The JSON of a text that Python may have written, or of its lines, a record each; a byte order mark is passed over.
 * @throws GymError BATCH_INVALID with the line, or the position.
 */
export function jsonOfText(text: string): unknown {
  const bare = text.replace(/^\uFEFF/, '')
  if (bare.trim() === '') throw batchInvalid('a batch needs at least one row, and the text is empty')
  const whole = attempt(bare)
  if (!(whole instanceof SyntaxError)) return isRecord(whole) ? [whole] : whole
  const lines = bare.split('\n').map((line, at) => ({ line: line.trim(), at }))
  const filled = lines.filter(({ line }) => line !== '')
  const [first] = filled
  if (filled.length < 2 || !first?.line.startsWith('{') || attempt(first.line) instanceof SyntaxError)
    throw batchInvalid(`no JSON: ${messageOf(whole)}`)
  return filled.map(({ line, at }) => {
    const record = attempt(line, `line ${at + 1}`)
    if (record instanceof SyntaxError) throw batchInvalid(`line ${at + 1} is not JSON: ${messageOf(record)}`)
    return record
  })
}

/** A lone line of a file of records: its trajectory is one id and no column. */
function isRecord(json: unknown): boolean {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return false
  const id = Object.entries(json).find(([name]) => name === 'trajectory' || name === 'traj_uid')?.[1]
  return id !== undefined && typeof id !== 'object'
}

function attempt(text: string, whole = BATCH): unknown {
  try {
    const value = PYTHONS.test(text) ? readAsPython(text, whole) : parseJson(text)
    return hasRepeatedKeys(text, value) ? readAsPython(text, whole) : value
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return thrown
    throw thrown
  }
}

const readAsPython = (text: string, whole: string): unknown =>
  new JsonReader(text, MAX_JSON_DEPTH, pythonJson(whole)).whole()
