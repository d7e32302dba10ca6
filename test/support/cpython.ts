import { readFileSync } from 'node:fs'

interface RandomRow {
  readonly seed: string
  readonly shuffle: readonly number[]
  readonly random: readonly number[]
  readonly getrandbits: readonly number[]
  readonly randint: readonly number[]
  readonly uniform: readonly number[]
  readonly choice: readonly string[]
  readonly choices: string
  readonly sample: readonly (readonly [length: number, count: number, drawn: readonly number[]])[]
  readonly after: number
}

interface TextRow {
  readonly text: string
  readonly lower: string
  readonly strip: string
  readonly split: readonly string[]
  readonly repr: string
  readonly json: string
  readonly jsonUnicode: string
  readonly words: string
  readonly isprintable: readonly boolean[]
}

interface Fixture {
  readonly random: readonly RandomRow[]
  readonly randomState: readonly {
    readonly seed: number
    readonly draws: readonly (readonly [length: number, size: number, drawn: readonly number[]])[]
  }[]
  readonly text: readonly TextRow[]
  readonly stripOf: readonly (readonly [text: string, characters: string, stripped: string])[]
  readonly sorted: readonly string[]
  readonly float: readonly (readonly [value: number, repr: string])[]
  readonly digests: {
    readonly printable: string
    readonly word: string
    readonly space: string
    readonly lower: string
  }
  readonly difflib: readonly (readonly [a: string, b: string, ratio: number])[]
  readonly fuzz: readonly {
    readonly a: string
    readonly b: string
    readonly ratio: number
    readonly tokenSet: number
    readonly levenshtein: number
  }[]
  readonly fuzzTuples: readonly { readonly a: string; readonly b: readonly string[]; readonly tokenSet: number }[]
}

const file = new URL('../fixtures/python/cpython-3.11.json', import.meta.url)

/** What CPython 3.11, numpy 2.4, thefuzz 0.19.0 and python-Levenshtein 0.12.2 answered, over texts of our own. */
export const cpython: Fixture = JSON.parse(readFileSync(file, 'utf8'))
