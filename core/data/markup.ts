/** HTML that was made by `markup` and may be shown as it is. */
export class Markup {
  readonly #source: string

  /** @param source HTML whose every part that comes from outside is escaped */
  constructor(source: string) {
    this.#source = source
  }

  /** The HTML source. */
  toString(): string {
    return this.#source
  }
}

/** What a place of `markup` takes: text, which is escaped; HTML; a list of them; or nothing. */
export type MarkupPart = string | number | Markup | null | false | readonly MarkupPart[]

/**
 * HTML from a template literal. A text becomes text wherever it is put, between tags or in a quoted attribute, and
 * invisible characters in it become visible marks (`visibleText`). Addresses and the content of `<script>` and `<style>`
 * must not come from outside.
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly MarkupPart[]): Markup {
  let source = strings[0] ?? ''
  for (const [index, part] of parts.entries()) source += sourceOf(part) + (strings[index + 1] ?? '')
  return new Markup(source)
}

function sourceOf(part: MarkupPart): string {
  if (part === null || part === false) return ''
  if (part instanceof Markup) return part.toString()
  if (typeof part === 'object') return part.map(sourceOf).join('')
  return escaped(visibleText(String(part)))
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')

/**
 * Controls other than white space; what turns the direction of text; separators and spaces without a width; tag
 * characters; halves of surrogate pairs. The joiners U+200C and U+200D stay: scripts and emoji need them.
 */
const UNSEEN =
  /(?![\t\n\r])\p{Cc}|[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}\p{Cs}]/gu

/**
 * A text whose invisible characters can be seen and do nothing: an escape character is `[U+001B]`, a
 * right-to-left override `[U+202E]`.
 */
export const visibleText = (text: string): string => text.replace(UNSEEN, markOf)

function markOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`
}
