import { pythonStrip } from '../../../core/cpython/text.ts'

/** A visible piece of text on a page, with what WebShop's rich view makes of the element that holds it. */
export type TextNode =
  | { readonly kind: 'text' | 'button' | 'product'; readonly text: string }
  | { readonly kind: 'option'; readonly text: string; readonly name: string; readonly value: string }

/** Some neighbouring pieces of a page, with their share of the text view. */
export interface Fragment {
  readonly nodes: readonly TextNode[]
  /** Null where there is no piece at all, which is not the same as one that is empty. */
  readonly text: string | null
}

export const SEPARATOR = ' [SEP] '

/** What is visible of the nodes, in their order. */
export function fragment(...nodes: readonly TextNode[]): Fragment {
  const seen = nodes.map(asParsed).filter((node) => node !== null)
  return { nodes: seen, text: seen.length === 0 ? null : seen.map(({ text }) => pythonStrip(text)).join(SEPARATOR) }
}

/**
 * What BeautifulSoup makes of a text between tags: nothing of an empty one; ASCII white space alone shrinks to one
 * space, or to a line break where it holds one, and the views leave that out.
 */
function asParsed(node: TextNode): TextNode | null {
  if (!/^[ \n\t\f\r]*$/.test(node.text)) return node
  return node.text === '' || node.text.includes('\n') ? null : { ...node, text: ' ' }
}

export const plain = (text: string): TextNode => ({ kind: 'text', text })
export const button = (text: string): TextNode => ({ kind: 'button', text })
