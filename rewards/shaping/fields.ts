import { GymError } from '../../core/errors.ts'

/**
 * Reads the fields of an untrusted JSON object, each with its path in messages.
 * Every method throws GymError CONFIG_INVALID where a field is not what it should be.
 */
export class Fields {
  readonly #path: string
  readonly #values: ReadonlyMap<string, unknown>

  /** @param known All fields that the object may have: a misspelt one is an error. */
  constructor(path: string, value: unknown, known: readonly string[]) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(path, 'an object', value)
    this.#path = path
    this.#values = new Map<string, unknown>(Object.entries(value))
    const foreign = [...this.#values.keys()].find((name) => !known.includes(name))
    if (foreign !== undefined) throw configInvalid(`${path} has no field ${foreign}: it has ${known.join(', ')}`)
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
    throw invalid(this.path(name), 'a name in lower case with dashes', value)
  }

  text(name: string): string {
    const value = this.at(name)
    if (typeof value === 'string') return value
    throw invalid(this.path(name), 'a text', value)
  }

  number(name: string): number {
    const value = this.at(name)
    if (typeof value === 'number' && Number.isFinite(value)) return value
    throw invalid(this.path(name), 'a finite number', value)
  }

  /** A whole number from 1. */
  count(name: string): number {
    const value = this.at(name)
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value
    throw invalid(this.path(name), 'a whole number from 1', value)
  }

  oneOf<const Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.at(name)
    const chosen = choices.find((choice) => choice === value)
    if (chosen === undefined) throw invalid(this.path(name), `one of ${choices.join(', ')}`, value)
    return chosen
  }

  /** A list with at least one item. */
  list(name: string): readonly unknown[] {
    const value = this.at(name)
    if (Array.isArray(value) && value.length > 0) return value
    throw invalid(this.path(name), 'a list with at least one item', value)
  }
}

const invalid = (path: string, wanted: string, value: unknown): GymError =>
  configInvalid(`${path} should be ${wanted}, not ${excerptOf(value)}`)

export const configInvalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)

const excerptOf = (value: unknown): string =>
  value === undefined ? 'missing' : (JSON.stringify(value) ?? String(value)).slice(0, 100)
