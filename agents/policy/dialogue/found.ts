import { parseJson } from '../../../core/data/json.ts'
import type { Json } from '../../../core/data/types.ts'
import { wordsOf } from '../page.ts'
import { fieldWords, isRecord } from './schemas.ts'

/** Value in the answer of a tool. */
export interface Found {
  readonly value: string | number
  /** Name of its field; for a key that is an id itself, of the field around it. */
  readonly field: string
  /** Words of that name, as `fieldWords` has them. */
  readonly words: readonly string[]
  /** Words of the texts in the object that has the value: a name, options. */
  readonly about: readonly string[]
}

/** Values of one answer that are read. */
const MOST_FOUND = 2000

/** Values in an answer: of JSON its texts, numbers and keys that are ids; another answer is one value, called as the tool. */
export function foundIn(tool: string, text: string): readonly Found[] {
  const content = /^[[{]/.test(text) ? parsed(text) : text
  if (content === undefined || text.startsWith('Error')) return []
  const found: Found[] = []
  collect(content, { field: tool, about: [] }, found)
  return found
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

interface Place {
  readonly field: string
  readonly about: readonly string[]
}

function collect(value: Json, place: Place, into: Found[]): void {
  if (into.length >= MOST_FOUND) return
  if (Array.isArray(value)) for (const item of value) collect(item, place, into)
  else if (isRecord(value)) collectFields(value, place, into)
  else if (typeof value === 'string' || typeof value === 'number') into.push(foundAt(value, place))
}

function collectFields(value: { readonly [name: string]: Json }, { field }: Place, into: Found[]): void {
  const about = [...new Set(textsIn(value).flatMap((text) => wordsOf(text.toLowerCase())))]
  for (const [name, item] of Object.entries(value)) {
    if (isRecord(item) && /\d/.test(name)) into.push(foundAt(name, { field, about: aboutOf(item) }))
    collect(item, { field: name, about }, into)
  }
}

const foundAt = (value: string | number, { field, about }: Place): Found => ({
  ...{ value, field, about },
  words: fieldWords(field),
})

const aboutOf = (value: Json): readonly string[] => [
  ...new Set(textsIn(value).flatMap((text) => wordsOf(text.toLowerCase()))),
]

/** An id in a text: what it is about is said by other words. */
const ID = /\d{5}/

/** Texts within a value that say what it is about. */
function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return ID.test(value) ? [] : [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
