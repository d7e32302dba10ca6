/** An element of a page. */
export interface Element {
  readonly tag: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Node[]
}

/** An element, or a text between elements. */
export type Node = Element | string

const TOKEN = /<(\/?)([a-z][a-z0-9]*)([^>]*?)(\/?)>|([^<]+)/gi
const ATTRIBUTE = /([a-zA-Z-]+)(?:="([^"]*)")?/g
const ENTITY = /&(amp|lt|gt|quot|#39);/g
const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

const decoded = (text: string): string => text.replace(ENTITY, (_, name: string) => CHARACTERS[name] ?? '')

interface Open {
  readonly tag: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Node[]
}

/**
 * The elements of a page of ours, as a browser finds them: `markup` closes every element, quotes every attribute, and lets no text
 * be anything but text. Not for pages of others.
 */
export function elementsIn(source: string): readonly Node[] {
  const root: Open = { tag: '', attributes: {}, children: [] }
  const open = [root]
  for (const [, closes, tag, attributes = '', isEmpty, text] of source.matchAll(TOKEN)) {
    const parent = open.at(-1) ?? root
    if (text !== undefined) parent.children.push(decoded(text))
    else if (closes) open.pop()
    else if (tag !== undefined) {
      const element: Open = { tag, attributes: attributesIn(attributes), children: [] }
      parent.children.push(element)
      if (!isEmpty && tag !== 'input') open.push(element)
    }
  }
  return root.children
}

function attributesIn(source: string): Readonly<Record<string, string>> {
  const attributes: Record<string, string> = {}
  for (const [, name = '', value = ''] of source.matchAll(ATTRIBUTE)) attributes[name] = decoded(value)
  return attributes
}

/** Classes of an element. */
export const classesOf = ({ attributes }: Element): readonly string[] => (attributes.class ?? '').split(' ')

/** Text within nodes, as it is written. */
export const textIn = (nodes: readonly Node[]): string =>
  nodes.map((node) => (typeof node === 'string' ? node : textIn(node.children))).join('')
