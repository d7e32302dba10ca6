import { GymError } from '../data/errors.ts'
import { shown } from '../data/shown.ts'

/** A JSON object whose fields are yet to be read. */
export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads fields by name and remembers which, so that unknown ones can be refused. */
export class FieldReader {
  readonly #fields: Fields
  readonly #what: string
  readonly #known = new Set<string>()

  /** @param what the fields are of, for messages */
  constructor(fields: Fields, what: string) {
    this.#fields = fields
    this.#what = what
  }

  /** Undefined where it is absent or null. */
  optional<T>(name: string, expected: string, read: (value: unknown) => T | undefined): T | undefined {
    const value = this.given(name)
    if (value === undefined || value === null) return undefined
    const known = read(value)
    if (known !== undefined) return known
    throw invalidFrame(`${name} of ${this.#what} must be ${expected}`)
  }

  required<T>(name: string, expected: string, read: (value: unknown) => T | undefined): T {
    const value = this.optional(name, expected, read)
    if (value !== undefined) return value
    throw invalidFrame(`${this.#what} needs ${name}: ${expected}`)
  }

  /** An object of its own, to be read by `read`. */
  within<T>(name: string, read: (inner: FieldReader) => T): T | undefined {
    const fields = this.optional(name, 'an object', (value) => (isFields(value) ? value : undefined))
    if (fields === undefined) return undefined
    const inner = new FieldReader(fields, `${name} of ${this.#what}`)
    const value = read(inner)
    inner.expectNoOther()
    return value
  }

  /** @throws GymError FRAME_INVALID where there are fields that were not asked for. */
  expectNoOther(): void {
    for (const name of Object.keys(this.#fields))
      if (!this.#known.has(name)) throw invalidFrame(`${this.#what} has no field ${shown(name, 80)}`)
  }

  /** As it is, undefined where it is absent. Own fields only: a key `__proto__` is a field like any other. */
  given(name: string): unknown {
    this.#known.add(name)
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined
  }
}

const MAX_NAME_LENGTH = 255
export const NAME = `a text of 1 to ${MAX_NAME_LENGTH} characters`
/** It cannot be written as UTF-8, and so not be recorded. */
const LONE_SURROGATE = /\p{Surrogate}/u

export const asList = (value: unknown): readonly unknown[] | undefined => (Array.isArray(value) ? value : undefined)

export const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** 1 to 255 characters that can be written. */
export const asName = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length > 0 && value.length <= MAX_NAME_LENGTH && !LONE_SURROGATE.test(value)
    ? value
    : undefined

export const asFlag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined)

export const asWholeFrom =
  (least: number) =>
  (value: unknown): number | undefined =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least ? value : undefined

export const asOneOf =
  <T extends string>(choices: readonly T[]) =>
  (value: unknown): T | undefined =>
    choices.find((choice) => choice === value)

export const COUNT = 'a whole number from 0'
export const asCount = asWholeFrom(0)

export const asRequestId = (value: unknown): string | number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : asName(value)

/** What every request has. */
export function askedOf(reader: FieldReader): { readonly id: string | number; readonly ack?: number } {
  const id = reader.required('id', `${NAME}, or a whole number`, asRequestId)
  const ack = reader.optional('ack', COUNT, asCount)
  return ack === undefined ? { id } : { id, ack }
}

export const invalidFrame = (what: string): GymError => new GymError('FRAME_INVALID', what)

/** What may be absent, without the fields that are. */
type Trimmed<T> = { readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

export function trimmed<const T extends Fields>(fields: T): Trimmed<T> {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined)
  // What is left has just the fields of `Trimmed`, which the compiler cannot see.
  return Object.fromEntries(present) as Trimmed<T>
}
