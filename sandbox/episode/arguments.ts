import type { Json, JsonObject } from '../../core/data/types.ts'
import { problemOfArgs } from '../program.ts'

/** Arguments of a call; `wrong` says what is wrong with the first that is. */
export class Arguments {
  readonly #values: JsonObject
  wrong: string | null = null

  constructor(values: JsonObject) {
    this.#values = values
  }

  text(name: string, otherwise?: string): string {
    const value = this.#values[name] ?? otherwise
    if (typeof value === 'string' && !LONE_SURROGATE.test(value)) return value
    this.wrong ??=
      value === undefined ? `the argument ${name} is missing: give a text` : `the argument ${name} is a text`
    return ''
  }

  /** A whole number from 1; null where it is left out. */
  lineNumber(name: string): number | null {
    const value = this.#values[name] ?? null
    if (value === null || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1)) return value
    this.wrong ??= `the argument ${name} is a whole number from 1`
    return null
  }

  /** Arguments of a program. What a sandbox refuses would end the episode, so that it is refused here. */
  programArgs(): readonly string[] {
    const value = this.#values.args ?? []
    const isTexts = Array.isArray(value) && value.every((each) => typeof each === 'string')
    const problem = isTexts ? problemOfArgs(value) : 'args is a list of texts'
    if (isTexts && problem === null) return value
    this.wrong ??= problem
    return []
  }

  files() {
    const value = this.#values.files
    const files = Array.isArray(value) && value.every(isObject) ? value.map((each) => new Arguments(each)) : []
    if (files.length === 0) this.wrong ??= 'files is a list of objects with path and content'
    const read = files.map((each) => ({ path: each.text('path'), content: each.text('content') }))
    this.wrong ??= files.find(({ wrong }) => wrong !== null)?.wrong ?? null
    return read
  }
}

/** Half of a character: no UTF-8 has it. */
const LONE_SURROGATE = /\p{Surrogate}/u

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
