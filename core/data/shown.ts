/** Characters of a value that a message shows. */
const MOST = 100

/**
 * A value as a message shows it: like JSON, with all that steers a terminal escaped, cut after `most` characters, at a
 * cost that does not grow with the value.
 * Runs none of the value's own code (`toString`, `toJSON`, getters). Never throws.
 */
export function shown(value: unknown, most = MOST): string {
  try {
    return cut(written(value, most), most)
  } catch {
    return 'something that has no text'
  }
}

/** A text of at most `most` characters; what is left out is marked with an ellipsis. */
export const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text)

/** `1 step`, `1,920 steps`. @param many for a noun whose plural is not its singular and an s */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`

/** DEL, C1, what turns the direction of text, and line separators, which JSON leaves as they are. */
const UNSEEN = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

const literalOf = (text: string): string =>
  JSON.stringify(text).replace(UNSEEN, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** To write the digits of an integer takes the square of their number. */
const LARGEST_BIGINT = 10n ** 1000n

/** May be a little longer than `left`, and always ends soon after it. */
function written(value: unknown, left: number): string {
  if (left <= 0) return '…'
  if (typeof value === 'string') return literalOf(value.length > left ? `${value.slice(0, left)}…` : value)
  if (typeof value === 'bigint')
    return value < LARGEST_BIGINT && value > -LARGEST_BIGINT ? `${value}n` : 'a bigint of more than 1000 digits'
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`
  if (typeof value !== 'object' || value === null) return String(value)
  return Array.isArray(value) ? `[${items(value, left - 1)}]` : `{${members(value, left - 1)}}`
}

function items(list: readonly unknown[], left: number): string {
  let text = ''
  for (let index = 0; index < list.length; index++) {
    if (text.length >= left) return `${text}…`
    text += `${index > 0 ? ',' : ''}${writtenAt(list, index, left - text.length)}`
  }
  return text
}

function members(record: object, left: number): string {
  let text = ''
  for (const key in record) {
    if (text.length >= left) return `${text}…`
    const name = literalOf(cut(key, left))
    text += `${text === '' ? '' : ','}${name}:${writtenAt(record, key, left - text.length)}`
  }
  return text
}

function writtenAt(owner: object, key: PropertyKey, left: number): string {
  const property = Object.getOwnPropertyDescriptor(owner, key)
  if (property === undefined) return 'undefined'
  return 'value' in property ? written(property.value, left) : 'a getter'
}
