import { GymError } from '../../../core/data/errors.ts'
import { shown } from '../../../core/data/shown.ts'

/** A value in a record that has the wrong kind. */
const describe = (value: unknown): string => {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `the ${typeof value} ${shown(value, 60)}`
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

/** Reads fields of one untrusted record; every complaint names the file, the record and the field. */
export class Fields {
  readonly #record: Readonly<Record<string, unknown>>
  readonly #where: string

  /** @throws GymError CATALOGUE_INVALID where `record` is not an object. */
  constructor(record: unknown, where: string) {
    if (!isObject(record)) throw invalid(where, `an object is expected, this is ${describe(record)}`)
    this.#record = record
    this.#where = where
  }

  /** The value of an own field, undefined if there is none. */
  get(name: string): unknown {
    return Object.hasOwn(this.#record, name) ? this.#record[name] : undefined
  }

  text(name: string): string {
    const value = this.get(name)
    return typeof value === 'string' ? value : this.fail(name, 'text')
  }

  optionalText(name: string): string | null {
    const value = this.get(name) ?? null
    return value === null || typeof value === 'string' ? value : this.fail(name, 'text or null')
  }

  list(name: string): readonly unknown[] {
    const value = this.get(name)
    return Array.isArray(value) ? value : this.fail(name, 'a list')
  }

  texts(name: string): readonly string[] {
    const value = this.get(name)
    return isTextList(value) ? value : this.fail(name, 'a list of texts')
  }

  optionalTexts(name: string): readonly string[] {
    return (this.get(name) ?? null) === null ? [] : this.texts(name)
  }

  /** An object inside this record. */
  within(name: string, value: unknown): Fields {
    return new Fields(value, `${this.#where}: field ${name}`)
  }

  /** @throws GymError CATALOGUE_INVALID: `name` holds something other than `expected`. */
  fail(name: string, expected: string): never {
    throw invalid(this.#where, `field ${name}: ${expected} is expected, this is ${describe(this.get(name))}`)
  }
}

export const invalid = (where: string, what: string, cause?: unknown): GymError =>
  new GymError('CATALOGUE_INVALID', `${where}: ${what}`, { cause })
