import { GymError } from './errors.ts'
import { shown } from './shown.ts'
import type { Json } from './types.ts'

/** Reads the options of one owner by kind. Messages name the option, its owner, what is expected, and the value. */
export class OptionReader {
  readonly #owner: string

  /** @param owner who has the options, for messages: `webshop`. */
  constructor(owner: string) {
    this.#owner = owner
  }

  /** @throws GymError CONFIG_INVALID */
  oneOf<T extends Json>(name: string, allowed: readonly T[], value: Json | undefined): T {
    const found = allowed.find((item) => item === value)
    if (found === undefined) throw this.wrong(name, `one of ${allowed.join(', ')}`, value)
    return found
  }

  /**
   * A whole number without lost digits, within a range where one is given.
   * @throws GymError CONFIG_INVALID
   */
  whole(name: string, value: Json | undefined, least?: number, most?: number): number {
    const isWhole = typeof value === 'number' && Number.isSafeInteger(value)
    if (isWhole && value >= (least ?? value) && value <= (most ?? value)) return value
    const range = [least !== undefined && ` from ${least}`, most !== undefined && ` to ${most}`]
    throw this.wrong(name, `a whole number${range.filter(Boolean).join('')}`, value)
  }

  /** @throws GymError CONFIG_INVALID */
  text(name: string, value: Json | undefined): string {
    if (typeof value === 'string') return value
    throw this.wrong(name, 'text', value)
  }

  /** The error of an option that is not what is expected. */
  wrong(name: string, expected: string, value: Json | undefined): GymError {
    return new GymError('CONFIG_INVALID', `option ${name} of ${this.#owner} is ${expected}, not ${shown(value)}`)
  }
}
