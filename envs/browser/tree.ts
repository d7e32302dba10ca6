import { parseJson } from '../../core/data/json.ts'

/** An element of an accessibility tree that can be referred to. */
export interface TreeElement {
  readonly ref: string
  readonly role: string
  readonly name: string
}

/** Pixels of the window, from its left and top. A type, so that it is JSON to the compiler. */
export type Box = {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** An element and where it is, in the window of its own frame. */
export interface BoxedElement extends TreeElement {
  readonly box: Box
  /** Reference of the innermost frame around it; null in the page itself. */
  readonly frame: string | null
  /** Whether an agent can act on it. */
  readonly isActable: boolean
}

/** An element as a line says it: its depth, its role, its name in quotes, its attributes. What follows is text of the page. */
const LINE = /^( *)- ('?)([a-z-]+)(?: ("(?:[^"\\]|\\.)*"))?((?: \[[^\]"]*\])*)/

/** The elements of a tree that have references, in their order. */
export function elementsOf(tree: string): readonly TreeElement[] {
  return linesOf(tree).map(({ ref, role, name }) => ({ ref, role, name }))
}

/** A tree without the boxes of its elements. */
export const withoutBoxes = (tree: string): string =>
  tree
    .split('\n')
    .map((line) => line.replace(LINE, (element) => element.replace(BOX, '')))
    .join('\n')

const BOX = / \[box=(-?\d+),(-?\d+),(\d+),(\d+)\]$/

/** The elements of a tree that was taken with boxes: those that have an area. */
export function boxedElements(tree: string): readonly BoxedElement[] {
  const frames: Line[] = []
  return linesOf(tree).flatMap((line) => {
    while (frames.length > 0 && (frames.at(-1)?.depth ?? 0) >= line.depth) frames.pop()
    const frame = frames.at(-1)?.ref ?? null
    if (line.role === 'iframe') frames.push(line)
    const box = boxIn(line.attributes)
    if (box === null || box.width === 0 || box.height === 0) return []
    const { ref, role, name } = line
    return [{ ref, role, name, box, frame, isActable: isActable(line) }]
  })
}

interface Line extends TreeElement {
  readonly depth: number
  readonly attributes: string
}

const linesOf = (tree: string): readonly Line[] =>
  tree.split('\n').flatMap((line) => {
    const [, indent = '', quote = '', role, name = '""', attributes = ''] = LINE.exec(line) ?? []
    const [, ref] = / \[ref=((?:f\d+)?e\d+)\]/.exec(attributes) ?? []
    if (role === undefined || ref === undefined) return []
    return [
      { depth: indent.length, role, name: nameIn(quote === '' ? name : name.replaceAll("''", "'")), ref, attributes },
    ]
  })

function nameIn(quoted: string): string {
  const name = parseJson(quoted)
  return typeof name === 'string' ? name : ''
}

function boxIn(attributes: string): Box | null {
  const numbers = BOX.exec(attributes)?.slice(1).map(Number)
  if (numbers === undefined) return null
  const [x = 0, y = 0, width = 0, height = 0] = numbers
  return { x, y, width, height }
}

const ACTABLE = new Set(
  (
    'button checkbox combobox link listbox menuitem menuitemcheckbox menuitemradio option radio searchbox ' +
    'slider spinbutton switch tab textbox treeitem'
  ).split(' '),
)

const isActable = ({ role, attributes }: Line): boolean =>
  !attributes.includes(' [disabled]') && (ACTABLE.has(role) || attributes.includes(' [cursor=pointer]'))
