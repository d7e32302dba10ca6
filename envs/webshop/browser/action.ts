/** What an agent asks for: by the reference of an element, or in WebShop's own words. */
export type BrowserAction =
  | { readonly kind: 'click'; readonly ref: string }
  | { readonly kind: 'type'; readonly ref: string; readonly text: string }
  | { readonly kind: 'say'; readonly text: string }

const CLICK = /^\s*click\(\s*(e[1-9]\d{0,4})\s*\)\s*$/
const TYPE = /^\s*type\(\s*(e[1-9]\d{0,4})\s*,([\s\S]*)\)\s*$/

export const ACTIONS = 'click(e3), type(e4, words), search[words] or click[what the page shows]'

/**
 * Reads an action: `click(REF)`; `type(REF, WORDS)`, which types the words into a field and presses Enter; anything else is WebShop's
 * to read, `search[WORDS]` and `click[NAME]`. Quotes around the words may be left out.
 */
export function readAction(text: string): BrowserAction {
  const [, clicked] = CLICK.exec(text) ?? []
  if (clicked !== undefined) return { kind: 'click', ref: clicked }
  const [, ref, words] = TYPE.exec(text) ?? []
  return ref === undefined || words === undefined
    ? { kind: 'say', text }
    : { kind: 'type', ref, text: unquoted(words.trim()) }
}

const unquoted = (text: string): string => /^"([\s\S]*)"$/.exec(text)?.[1] ?? /^'([\s\S]*)'$/.exec(text)?.[1] ?? text
