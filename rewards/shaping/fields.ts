import { GymError } from '../../core/data/errors.ts'
import { nearAnd } from '../../core/data/near.ts'

/**
 * Reads the fields of an untrusted JSON object, each with its path in messages.
 * Every method throws GymError CONFIG_INVALID where a field is not what it should be.
 */
export class Fields {
  readonly #path: string
  readonly #values: ReadonlyMap<string, unknown>

  /** @param known All fields that the object may have: a misspelt one is an error. */
  constructor(path: string, value: unknown, known: readonly string[]) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw invalidField(path, 'an object', value)
    this.#path = path
    this.#values = new Map<string, unknown>(Object.entries(value))
    const foreign = [...this.#values.keys()].find((name) => !known.includes(name))
    if (foreign !== undefined)
      throw configInvalid(`${path} has no field ${foreign}: ${nearAnd(foreign, known, `it has ${known.join(', ')}`)}`)
  }

  /** Where the object stands. */
  get own(): string {
    return this.#path
  }

  has(name: string): boolean {
    return this.#values.get(name) !== undefined
  }

  at(name: string): unknown {
    return this.#values.get(name)
  }

  path(name: string): string {
    return `${this.#path}.${name}`
  }

  name(name: string): string {
    const value = this.at(name)
    if (typeof value === 'string' && /^[a-z0-9][a-z0-9-]*$/.test(value)) return value
    throw invalidField(this.path(name), 'a name in lower case with dashes', value)
  }

  text(name: string): string {
    const value = this.at(name)
    if (typeof value === 'string') return value
    throw invalidField(this.path(name), 'a text', value)
  }

  number(name: string): number {
    const value = this.at(name)
    if (typeof value === 'number' && Number.isFinite(value)) return value
    throw invalidField(this.path(name), 'a finite number', value)
  }

  numberWithin(name: string, low: number, high: number): number {
    const value = this.at(name)
    if (typeof value === 'number' && Number.isFinite(value) && value >= low && value <= high) return value
    throw invalidField(this.path(name), `a number from ${low}${high === Infinity ? '' : ` to ${high}`}`, value)
  }

  /** A field that other fields leave no room for. */
  refuse(name: string, why: string): void {
    if (this.has(name)) throw configInvalid(`${this.path(name)} has no place here: ${why}`)
  }

  /** A whole number from 1. */
  count(name: string): number {
    return this.countFrom(name, 1)
  }

  /** A whole number from `least`. */
  countFrom(name: string, least: number): number {
    const value = this.at(name)
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value
    throw invalidField(this.path(name), `a whole number from ${least}`, value)
  }

  /** Numbers `least` and `most` that are given. @throws GymError CONFIG_INVALID also where nothing is between them */
  band(): { readonly least?: number; readonly most?: number } {
    const least = this.has('least') ? this.number('least') : -Infinity
    const most = this.has('most') ? this.number('most') : Infinity
    if (least > most) throw configInvalid(`${this.path('least')} ${least} is above most ${most}, and keeps nothing`)
    return { ...(this.has('least') && { least }), ...(this.has('most') && { most }) }
  }

  flag(name: string): boolean {
    const value = this.at(name)
    if (typeof value === 'boolean') return value
    throw invalidField(this.path(name), 'true or false', value)
  }

  oneOf<const Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.at(name)
    const chosen = choices.find((choice) => choice === value)
    if (chosen === undefined) throw invalidField(this.path(name), `one of ${choices.join(', ')}`, value)
    return chosen
  }

  /** A list with at least one item. */
  list(name: string): readonly unknown[] {
    const value = this.at(name)
    if (Array.isArray(value) && value.length > 0) return value
    throw invalidField(this.path(name), 'a list with at least one item', value)
  }
}

/** The error of a field that is not what it should be. */
export const invalidField = (path: string, wanted: string, value: unknown): GymError =>
  configInvalid(`${path} should be ${wanted}, not ${excerptOf(value)}`)

/**
 * The `kind` of an object, which says what other fields it has.
 * @throws GymError CONFIG_INVALID
 */
export function kindOf<const Kind extends string>(path: string, json: unknown, kinds: readonly Kind[]): Kind {
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json)
  if (!isObject) throw invalidField(path, 'an object', json)
  const value: unknown = 'kind' in json ? json.kind : undefined
  const kind = kinds.find((each) => each === value)
  if (kind === undefined) throw invalidField(`${path}.kind`, `one of ${kinds.join(', ')}`, value)
  return kind
}

export const configInvalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)

const excerptOf = (value: unknown): string =>
  value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value)).slice(0, 100)
