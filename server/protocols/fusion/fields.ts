import type { JsonObject } from '../../../core/data/types.ts'
import { isWireObject, plainObject, type WireObject, type WireValue } from '../../transport/json.ts'

/** What is wrong with one field of a body, in the form that FastAPI gives it. */
export interface FieldProblem {
  readonly type: string
  /** `body`, and the names that lead to the field. */
  readonly loc: readonly string[]
  readonly msg: string
}

/**
 * Fields of a body. A field that is not of its kind is noted, and read as its default, so that an answer names all that
 * is wrong: read all, then look at `problems`. Unknown fields are passed over, as SandboxFusion does.
 */
export class Fields {
  readonly problems: FieldProblem[]
  readonly #values: WireObject
  readonly #path: readonly string[]

  constructor(values: WireObject, path: readonly string[] = ['body'], problems: FieldProblem[] = []) {
    this.#values = values
    this.#path = path
    this.problems = problems
  }

  /** @param otherwise default; without one the field is required */
  text(name: string, otherwise?: string): string {
    const value = this.#valueOf(name, otherwise)
    if (typeof value === 'string') return value
    return this.#wrong(name, otherwise ?? '', 'string_type', 'Input should be a valid string')
  }

  optionalText(name: string): string | null {
    const value = this.#values[name] ?? null
    if (value === null || typeof value === 'string') return value
    return this.#wrong(name, null, 'string_type', 'Input should be a valid string')
  }

  /** A text, or null where it is not there; only one of these. */
  oneOf(name: string, choices: readonly string[]): string {
    const value = this.#valueOf(name)
    if (typeof value === 'string' && choices.includes(value)) return value
    return this.#wrong(name, '', 'literal_error', `Input should be ${quotedList(choices)}`)
  }

  /** A number, also as text, up to `most`. */
  number(name: string, otherwise: number, most: number): number {
    const value = this.#valueOf(name, otherwise)
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    if (typeof number !== 'number' || Number.isNaN(number))
      return this.#wrong(name, otherwise, 'float_type', 'Input should be a valid number')
    if (number <= most) return number
    return this.#wrong(name, otherwise, 'less_than_equal', `Input should be less than or equal to ${most}`)
  }

  /** Seconds of a program, above 0 and up to `most`. */
  seconds(name: string, otherwise: number, most: number): number {
    const value = this.number(name, otherwise, most)
    if (value > 0) return value
    return this.#wrong(name, otherwise, 'greater_than', 'Input should be greater than 0')
  }

  optionalSeconds(name: string, most: number): number | null {
    return (this.#values[name] ?? null) === null ? null : this.seconds(name, most, most)
  }

  whole(name: string, otherwise: number, most: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.number(name, otherwise, most)
    if (Number.isSafeInteger(value)) return value
    return this.#wrong(name, otherwise, 'int_type', 'Input should be a valid integer')
  }

  texts(name: string): readonly string[] {
    const value = this.#valueOf(name, [])
    if (Array.isArray(value) && value.every((each): each is string => typeof each === 'string')) return value
    return this.#wrong(name, [], 'list_type', 'Input should be a valid list of strings')
  }

  /** Texts by name; null leaves one out. */
  textsByName(name: string): ReadonlyMap<string, string> {
    const value = this.#valueOf(name, {})
    const entries = isWireObject(value) ? Object.entries(value) : null
    if (entries?.every(([, each]) => each === null || typeof each === 'string'))
      return new Map(entries.flatMap(([key, each]) => (typeof each === 'string' ? [[key, each]] : [])))
    return this.#wrong(name, new Map(), 'dict_type', 'Input should be a valid dictionary of strings')
  }

  /** Up to `most` bytes by name, given in base64 with its padding; line breaks are passed over, and null leaves one out. */
  bytesByName(name: string, most: number): ReadonlyMap<string, Uint8Array> {
    const value = this.#values[name] ?? null
    if (isWireObject(value) && Object.keys(value).length > most)
      return this.#wrong(name, new Map(), 'too_long', `Dictionary should have at most ${most} items`)
    const read = [...this.textsByName(name)].map(([key, text]) => {
      const bare = text.replace(/[\r\n]/g, '')
      if (isBase64(bare)) return [key, Buffer.from(bare, 'base64')] as const
      this.problems.push({
        type: 'base64_decode',
        loc: [...this.#path, name, key],
        msg: 'Input should be valid base64',
      })
      return [key, NO_BYTES] as const
    })
    return new Map(read)
  }

  flag(name: string): boolean {
    const value = this.#values[name] ?? false
    if (typeof value === 'boolean') return value
    return this.#wrong(name, false, 'bool_type', 'Input should be a valid boolean')
  }

  /** An identifier: a text or a whole number. */
  id(name: string): string | number {
    const value = this.#valueOf(name)
    if (typeof value === 'string' || Number.isSafeInteger(value)) return value as string | number
    return this.#wrong(name, '', 'string_type', 'Input should be a valid integer or string')
  }

  /** Fields of an object; empty where it is not there. */
  object(name: string): Fields {
    const value = this.#values[name] ?? {}
    const values = isWireObject(value)
      ? value
      : this.#wrong(name, {}, 'dict_type', 'Input should be a valid dictionary')
    return new Fields(values, [...this.#path, name], this.problems)
  }

  /** A list of objects. */
  objects(name: string): readonly Fields[] {
    const value = this.#valueOf(name)
    const items = Array.isArray(value) && value.every(isWireObject) ? (value as readonly WireObject[]) : null
    if (items !== null) return items.map((each, at) => new Fields(each, [...this.#path, name, `${at}`], this.problems))
    return this.#wrong(name, [], 'list_type', 'Input should be a valid list of dictionaries')
  }

  /** Rows of a table that came with the request: one, many, or none. @throws GymError FRAME_INVALID */
  rows(name: string): readonly JsonObject[] | null {
    const value = this.#values[name] ?? null
    if (value === null) return null
    const rows = Array.isArray(value) ? (value as readonly WireValue[]) : [value]
    const objects = rows.filter(isWireObject)
    if (objects.length === rows.length) return objects.map((row) => plainObject(row, 'a value of a row'))
    return this.#wrong(name, null, 'list_type', 'Input should be a valid dictionary or a list of dictionaries')
  }

  #valueOf(name: string, otherwise?: WireValue): WireValue | undefined {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : otherwise
    if (value === undefined) this.problems.push({ type: 'missing', loc: [...this.#path, name], msg: 'Field required' })
    return value
  }

  #wrong<T>(name: string, otherwise: T, type: string, msg: string): T {
    const loc = [...this.#path, name]
    if (!this.problems.some((each) => each.loc.join('.') === loc.join('.'))) this.problems.push({ type, loc, msg })
    return otherwise
  }
}

const isBase64 = (text: string): boolean =>
  text.length % 4 === 0 && !/[^A-Za-z0-9+/]/.test(text.endsWith('==') ? text.slice(0, -2) : text.replace(/=$/, ''))

const NO_BYTES = new Uint8Array()

/** `'a', 'b' or 'c'` */
function quotedList(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`)
  const last = quoted.pop() ?? 'absent'
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`
}
