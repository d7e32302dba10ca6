import { parseJson } from '../../core/data/json.ts'

/** An element of an accessibility tree that can be referred to. */
export interface TreeElement {
  readonly ref: string
  readonly role: string
  readonly name: string
}

const LINE = /^\s*- (?:')?([a-z]+)(?: ("(?:[^"\\]|\\.)*"))?.*?\[ref=((?:f\d+)?e\d+)\]/

/** The elements of a tree that have references, in their order. */
export function elementsOf(tree: string): readonly TreeElement[] {
  return tree.split('\n').flatMap((line) => {
    const [, role, quoted, ref] = LINE.exec(line) ?? []
    if (role === undefined || ref === undefined) return []
    return [{ ref, role, name: nameIn(quoted ?? '""') }]
  })
}

function nameIn(quoted: string): string {
  const name = parseJson(quoted)
  return typeof name === 'string' ? name : ''
}
