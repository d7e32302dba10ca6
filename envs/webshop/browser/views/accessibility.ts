import { type Element, type Node, textIn } from './dom.ts'
import { yamlKey, yamlValue } from './yaml.ts'

/**
 * The accessibility tree of a page, in the form of Playwright's `ariaSnapshot`, with the references of elements: roles, names and states
 * as a screen reader finds them. It knows the elements that pages of the shop are made of, and nothing of others.
 */
export function accessibilityTree(nodes: readonly Node[]): string {
  const page: Page = { ids: idsIn(nodes) }
  return itemsOf(nodes, page)
    .flatMap((item) => linesOf(item, ''))
    .join('\n')
}

/** What names refer to, anywhere on the page. */
interface Page {
  readonly ids: ReadonlyMap<string, Element>
}

/** Something that a reader stops at, other than a text. */
interface Item {
  readonly role: string
  readonly name: string
  /** Such as `[disabled]`. */
  readonly marks: readonly string[]
  /** Such as the address of a link. */
  readonly properties: readonly (readonly [name: string, value: string])[]
  readonly children: readonly (Item | string)[]
}

const LANDMARKS: Readonly<Record<string, string>> = { header: 'banner', main: 'main', nav: 'navigation' }
const ROLES: Readonly<Record<string, string>> = {
  ...LANDMARKS,
  a: 'link',
  button: 'button',
  fieldset: 'group',
  h1: 'heading',
  h2: 'heading',
  input: 'textbox',
  li: 'listitem',
  ol: 'list',
  p: 'paragraph',
  section: 'region',
  ul: 'list',
}
/** Roles that are named by what is inside them. */
const NAMED_BY_CONTENT = ['button', 'heading', 'link']

/** A longer name is left out, as Playwright does. */
const LONGEST_NAME = 900

/** What is drawn before a button that is pressed. */
const PRESSED = '✓ '

function itemsOf(nodes: readonly Node[], page: Page): readonly (Item | string)[] {
  return joined(nodes.flatMap((node) => (typeof node === 'string' ? [node] : itemsIn(node, page))))
}

/** The item of an element; what is inside where it has no role. */
function itemsIn(element: Element, page: Page): readonly (Item | string)[] {
  const { attributes, tag } = element
  if (attributes['aria-hidden'] === 'true' || attributes.type === 'hidden') return []
  const role = attributes.role ?? ROLES[tag] ?? null
  const inner = [...drawnBefore(element), ...element.children]
  if (role === null)
    return INLINE.includes(tag) ? inner.flatMap((node) => partsOf(node, page)) : [' ', ...itemsOf(inner, page), ' ']
  const name = nameOf(element, role, page)
  const children = itemsOf(inner, page)
  const isSaid = children.length === 1 && children[0] === name
  return [
    { role, name, marks: marksOf(element), properties: propertiesOf(element, name), children: isSaid ? [] : children },
  ]
}

const INLINE = ['bdi', 'data', 'label', 'span']

const partsOf = (node: Node, page: Page): readonly (Item | string)[] =>
  typeof node === 'string' ? [node] : itemsIn(node, page)

/** Neighbouring texts are one, with white space as it is drawn; empty ones are none. */
function joined(parts: readonly (Item | string)[]): readonly (Item | string)[] {
  const items: (Item | string)[] = []
  let text = ''
  const flush = (): void => {
    const drawn = normal(text)
    if (drawn !== '') items.push(drawn)
    text = ''
  }
  for (const part of parts) {
    if (typeof part === 'string') text += part
    else {
      flush()
      items.push(part)
    }
  }
  flush()
  return items
}

/** Soft hyphens are not read. */
const normal = (text: string): string => text.replaceAll('\u00ad', '').replace(/\s+/g, ' ').trim()

const drawnBefore = ({ attributes }: Element): readonly string[] =>
  attributes['aria-pressed'] === 'true' ? [PRESSED] : []

function nameOf(element: Element, role: string, { ids }: Page): string {
  const { attributes } = element
  const labelled = ids.get(attributes['aria-labelledby'] ?? '')
  if (labelled !== undefined) return normal(textIn([labelled]))
  if (attributes['aria-label'] !== undefined) return normal(attributes['aria-label'])
  if (role === 'textbox')
    return normal(textIn([...ids.values()].filter(({ attributes: { for: id } }) => id === attributes.id)))
  return NAMED_BY_CONTENT.includes(role) ? normal(textIn([...drawnBefore(element), ...element.children])) : ''
}

function marksOf({ attributes, tag }: Element): readonly string[] {
  return [
    attributes['aria-disabled'] === 'true' && '[disabled]',
    /^h[12]$/.test(tag) && `[level=${tag.slice(1)}]`,
    attributes['aria-pressed'] === 'true' && '[pressed]',
    attributes['data-ref'] !== undefined && `[ref=${attributes['data-ref']}]`,
  ].filter((mark) => mark !== false)
}

function propertiesOf({ attributes, tag }: Element, name: string): Item['properties'] {
  if (tag === 'a') return [['/url', attributes.href ?? '']]
  const { placeholder } = attributes
  return placeholder === undefined || placeholder === name ? [] : [['/placeholder', placeholder]]
}

/** Elements that names refer to: those with an id, and labels, by what they are for. */
function idsIn(nodes: readonly Node[]): ReadonlyMap<string, Element> {
  const ids = new Map<string, Element>()
  const visit = (node: Node): void => {
    if (typeof node === 'string') return
    const { attributes, children } = node
    if (attributes.id !== undefined) ids.set(attributes.id, node)
    if (attributes.for !== undefined) ids.set(`for ${attributes.for}`, node)
    for (const child of children) visit(child)
  }
  for (const node of nodes) visit(node)
  return ids
}

function linesOf(item: Item | string, indent: string): readonly string[] {
  if (typeof item === 'string') return [`${indent}- text: ${yamlValue(item)}`]
  const { properties, children } = item
  const head = `${indent}- ${yamlKey(headOf(item))}`
  const [only] = children
  if (properties.length === 0 && children.length === 0) return [head]
  if (properties.length === 0 && children.length === 1 && typeof only === 'string')
    return [`${head}: ${yamlValue(only)}`]
  const inner = `${indent}  `
  const own = properties.map(([name, value]) => `${inner}- ${name}: ${yamlValue(value)}`)
  return [`${head}:`, ...own, ...children.flatMap((child) => linesOf(child, inner))]
}

function headOf({ role, name, marks }: Item): string {
  const named = name === '' || name.length > LONGEST_NAME ? [] : [JSON.stringify(name)]
  return [role, ...named, ...marks].join(' ')
}
