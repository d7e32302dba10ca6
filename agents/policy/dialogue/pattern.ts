/** Digits in a row from which their number is part of the form, as in ids and zip codes. */
const FIXED_DIGITS = 5

/** A word with a capital, such as Ada, McKay or USA. */
const CAPITALISED = '\\p{Lu}\\p{L}+'

/** What one part of an example may be instead. */
const PARTS: readonly (readonly [part: RegExp, form: (found: string) => string])[] = [
  [/^[a-z]+(?:_[a-z]+)*/, () => '[a-z]+(?:_[a-z]+)*'],
  [/^\d+/, ({ length }) => (length < FIXED_DIGITS ? '\\d+' : `\\d{${length}}`)],
  [/^\p{Lu}\p{Ll}+(?: \p{Lu}\p{Ll}+)+/u, () => `${CAPITALISED}(?: ${CAPITALISED})*`],
  [/^\p{Lu}\p{Ll}+/u, () => CAPITALISED],
  [/^[A-Z]{2,}/, ({ length }) => `[A-Z]{${length}}`],
  [/^./su, (found) => found.replace(/[\\^$.*+?()[\]{}|/-]/gu, '\\$&')],
]

const EMAIL = '[\\w.+-]{1,64}@[\\w-]{1,64}(?:\\.[\\w-]{1,64}){1,4}'

/**
 * Form of a parameter's values by the example in its description, such as '#W0000000': the same signs in the same
 * order, with other letters and digits. It finds such values within a text. Null for a description without an example
 * in single quotes, after `such as` where it has several.
 */
export function patternOf(description: string): RegExp | null {
  const example = (/such as '([^']+)'/.exec(description) ?? /'([^']+)'/.exec(description))?.[1]
  if (example === undefined) return null
  const form = example.includes('@') ? EMAIL : formOf(example)
  return new RegExp(`(?<![\\w#])${form}(?!\\w)`, 'gu')
}

function formOf(example: string): string {
  let [rest, form] = [example, '']
  while (rest !== '') {
    const [found, of] = partOf(rest)
    form += of(found)
    rest = rest.slice(found.length)
  }
  return form
}

function partOf(rest: string): readonly [string, (found: string) => string] {
  for (const [part, form] of PARTS) {
    const found = part.exec(rest)?.[0]
    if (found !== undefined) return [found, form]
  }
  return [rest, () => '(?!)']
}

/** Whether the whole text has the form. */
export function isOfForm(pattern: RegExp, text: string): boolean {
  const [found] = text.matchAll(pattern)
  return found?.[0].length === text.length
}
