/** An element of a page, with the text of its own and of what is inside it. */
export interface Element {
  readonly tag: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (Element | string)[]
}

const VOID = ['input', 'link', 'meta']
const TOKEN = /<!DOCTYPE html>|<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"<]*")?)*)\s*(\/?)>|([^<]+)/gy
const ATTRIBUTE = /([a-zA-Z-]+)(?:="([^"<]*)")?/g
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

const decoded = (text: string): string =>
  text.replace(/&([#\w]*);?/g, (whole, name: string) => {
    const character = ENTITIES[name]
    if (character === undefined) throw new Error(`an entity that our pages do not write: ${whole}`)
    return character
  })

/**
 * The elements of a page, read more strictly than a browser does: every element is closed, every attribute is quoted, and
 * a character that starts anything else is an error.
 */
export function parseHtml(source: string): Element {
  const root = { tag: '#root', attributes: {}, children: [] as (Element | string)[] }
  const open = [root]
  let at = 0
  while (at < source.length) {
    TOKEN.lastIndex = at
    const match = TOKEN.exec(source)
    if (!match) throw new Error(`cannot be read: ${source.slice(at, at + 80)}`)
    at = TOKEN.lastIndex
    const [, closes, tag, attributes = '', isEmpty, text] = match
    const parent = open.at(-1) ?? root
    if (text !== undefined) parent.children.push(decoded(text))
    else if (closes) {
      if (open.pop()?.tag !== tag) throw new Error(`</${tag}> closes another element`)
    } else if (tag !== undefined) {
      const element = { tag, attributes: attributesOf(attributes), children: [] }
      parent.children.push(element)
      if (!isEmpty && !VOID.includes(tag)) open.push(element)
    }
  }
  if (open.length !== 1) throw new Error(`<${open.at(-1)?.tag}> is not closed`)
  return root
}

function attributesOf(source: string): Readonly<Record<string, string>> {
  const pairs = [...source.matchAll(ATTRIBUTE)].map(([, name = '', value = '']) => [name, decoded(value)] as const)
  if (new Set(pairs.map(([name]) => name)).size < pairs.length)
    throw new Error(`an attribute is there twice: ${source}`)
  return Object.fromEntries(pairs)
}

/** All elements, in their order. */
export const elementsOf = (root: Element): readonly Element[] =>
  root.children.flatMap((child) => (typeof child === 'string' ? [] : [child, ...elementsOf(child)]))

/** Elements of a tag. */
export const tagged = (root: Element, tag: string): readonly Element[] =>
  elementsOf(root).filter((element) => element.tag === tag)

export const textOf = (element: Element): string =>
  element.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('')

/** What our pages never have: scripts, handlers, styles of their own, and addresses of another place. */
export function unsafeIn(root: Element): readonly string[] {
  return elementsOf(root).flatMap(({ tag, attributes }) => [
    ...(SAFE_TAGS.has(tag) ? [] : [tag]),
    ...Object.entries(attributes).flatMap(([name, value]) => (isSafe(name, value) ? [] : [`${tag} ${name}=${value}`])),
  ])
}

const SAFE_TAGS = new Set(
  (
    'html head meta title link body a header main section nav div p span h1 h2 form fieldset input label button progress ' +
    'ol ul li bdi data table caption tbody tr th td i details summary select option svg g path'
  ).split(' '),
)

const isSafe = (name: string, value: string): boolean =>
  !/^(on|style$|src)/i.test(name) && (!['href', 'action'].includes(name) || /^(#|\/(?!\/))/.test(value))
