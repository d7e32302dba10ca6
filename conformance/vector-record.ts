import { expectEqual, expectOnlyFields, VerifyMismatch } from './handler.ts'

/** Fields of a case that has its results in double precision and in float32. */
export const CASE_FIELDS = ['name', 'args', 'input', 'expected', 'expected_f32'] as const

/** An object of a vector file with where it stands, read strictly: every method throws VerifyMismatch. */
export class VectorRecord {
  readonly path: string
  readonly #fields: Readonly<Record<string, unknown>>

  constructor(path: string, value: unknown) {
    if (!isObject(value)) throw new VerifyMismatch(path, 'an object', value)
    this.path = path
    this.#fields = value
  }

  get names(): readonly string[] {
    return Object.keys(this.#fields)
  }

  at(name: string): unknown {
    return this.#fields[name]
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#fields, name)
  }

  /** Holds the object to fields that are checked or used. */
  only(names: readonly string[]): this {
    expectOnlyFields(this.path, this.#fields, names)
    return this
  }

  object(name: string): VectorRecord {
    return new VectorRecord(`${this.path}.${name}`, this.at(name))
  }

  number(name: string): number {
    return this.#read(name, 'a number', isNumber)
  }

  text(name: string): string {
    return this.#read(name, 'a string', isText)
  }

  flag(name: string): boolean {
    return this.#read(name, 'true or false', (value) => typeof value === 'boolean')
  }

  list(name: string): readonly unknown[] {
    return this.#read(name, 'an array', (value): value is readonly unknown[] => Array.isArray(value))
  }

  numbers(name: string): readonly number[] {
    return this.#read(name, 'numbers', isListOf(isNumber))
  }

  texts(name: string): readonly string[] {
    return this.#read(name, 'strings', isListOf(isText))
  }

  /** Truth values, also written as 0 and 1. */
  flags(name: string): readonly boolean[] {
    const isFlag = (value: unknown): value is boolean | number =>
      typeof value === 'boolean' || value === 0 || value === 1
    return this.#read(name, 'truth values', isListOf(isFlag)).map(Boolean)
  }

  /** Numbers, null if there is none. */
  maybeNumbers(name: string): readonly (number | null)[] {
    return this.#read(name, 'numbers or null', isListOf(isMaybeNumber))
  }

  /** Rows of numbers, null if there is none. */
  maybeMatrix(name: string): readonly (readonly (number | null)[])[] {
    return this.#read(name, 'rows of numbers or null', isListOf(isListOf(isMaybeNumber)))
  }

  objects(name: string): readonly VectorRecord[] {
    return this.list(name).map((value, at) => new VectorRecord(`${this.path}.${name}[${at}]`, value))
  }

  matrix(name: string): readonly (readonly number[])[] {
    return this.#read(name, 'rows of numbers', isListOf(isListOf(isNumber)))
  }

  /**
   * Compares a field with ours, numbers within `tolerance` (absolute).
   * @throws VerifyMismatch also where the field is absent.
   */
  expect(name: string, got: unknown, tolerance = 1e-9): void {
    if (!this.has(name)) throw new VerifyMismatch(`${this.path}.${name}`, 'a field', undefined)
    expectEqual(`${this.path}.${name}`, this.at(name), plain(got), tolerance)
  }

  #read<T>(name: string, what: string, isRight: (value: unknown) => value is T): T {
    const value = this.at(name)
    if (isRight(value)) return value
    throw new VerifyMismatch(`${this.path}.${name}`, what, value)
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isNumber = (value: unknown): value is number => typeof value === 'number'
const isMaybeNumber = (value: unknown): value is number | null => value === null || typeof value === 'number'
const isText = (value: unknown): value is string => typeof value === 'string'
const isListOf =
  <T>(isItem: (value: unknown) => value is T) =>
  (value: unknown): value is readonly T[] =>
    Array.isArray(value) && value.every(isItem)

/** Typed arrays as arrays. */
function plain(value: unknown): unknown {
  if (value instanceof Float64Array || value instanceof Int32Array || value instanceof Uint8Array) return [...value]
  if (Array.isArray(value)) return value.map(plain)
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)])) : value
}
