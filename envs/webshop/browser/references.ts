/** An element that an agent may act on. */
export interface Reference {
  /** Such as `e3`: its place among those of the page. */
  readonly ref: string
  readonly kind: 'link' | 'button' | 'field'
  /** What its button would post; null for a button that posts nothing, and for others. */
  readonly posts: string | null
}

/** A page whose elements to act on have references. */
export interface ReferencedPage {
  readonly body: string
  readonly references: readonly Reference[]
}

const ACTABLE = /<(a|button|input)\b([^>]*)>/g
const KINDS: Readonly<Record<string, Reference['kind']>> = { a: 'link', button: 'button', input: 'field' }

/**
 * Numbers the links, buttons and fields of a page in their order, each by an attribute `data-ref`. In a page of ours no text
 * has a `<` in it, and no attribute a `>` that is not escaped.
 */
export function withReferences(source: string): ReferencedPage {
  const references: Reference[] = []
  const body = source.replace(ACTABLE, (whole, tag: string, attributes: string) => {
    if (/\btype="hidden"/.test(attributes)) return whole
    const ref = `e${references.length + 1}`
    references.push({ ref, kind: KINDS[tag] ?? 'button', posts: postedBy(tag, attributes) })
    return `<${tag} data-ref="${ref}"${attributes}>`
  })
  return { body, references }
}

/** A submit button without a name posts the fields alone. */
function postedBy(tag: string, attributes: string): string | null {
  if (tag !== 'button' || !/\btype="submit"/.test(attributes)) return null
  return /\bname="click" value="(\d+)"/.exec(attributes)?.[1] ?? ''
}
