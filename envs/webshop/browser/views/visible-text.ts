import { classesOf, type Element, type Node } from './dom.ts'

/**
 * The text of a page as a browser gives it (`innerText`): a line for each block, an empty line around each paragraph. It knows the
 * style sheet of the shop, and nothing of others.
 */
export function visibleTextOf(nodes: readonly Node[]): string {
  const lines = new Lines()
  for (const node of nodes) write(node, lines, { isRow: false, keepsLines: false })
  return lines.text
}

/** What an element passes on to what is inside it. */
interface Style {
  /** Whether what is inside stands in boxes of its own, one beside the other. */
  readonly isRow: boolean
  /** Whether line breaks of texts are kept. */
  readonly keepsLines: boolean
}

const UNSEEN = ['input', 'progress', 'svg']
const INLINE = ['a', 'bdi', 'button', 'data', 'label', 'span']

function write(node: Node, lines: Lines, style: Style): void {
  if (typeof node === 'string') lines.write(node, style.keepsLines)
  else if (!UNSEEN.includes(node.tag)) writeElement(node, lines, style)
}

function writeElement(element: Element, lines: Lines, style: Style): void {
  const breaks = breaksAround(element, style)
  lines.break(breaks)
  const inner = styleOf(element, style)
  for (const child of element.children) write(child, lines, inner)
  lines.break(breaks)
}

function breaksAround(element: Element, { isRow }: Style): number {
  if (element.tag === 'p') return 2
  const isInline = INLINE.includes(element.tag) && !isRow && !classesOf(element).includes('skip')
  return isInline ? 0 : 1
}

function styleOf(element: Element, { keepsLines }: Style): Style {
  const classes = classesOf(element)
  return {
    isRow: element.tag === 'header' || classes.includes('row'),
    keepsLines: keepsLines || classes.includes('prose'),
  }
}

/** Text with white space as it is drawn. */
class Lines {
  text = ''
  /** Line breaks that are due before the next text. */
  #breaks = 0
  /** Whether a space is due before the next text of this line. */
  #space = false

  /** The most of neighbouring requests counts. */
  break(count: number): void {
    this.#breaks = Math.max(this.#breaks, count)
    if (count > 0) this.#space = false
  }

  write(given: string, keepsLines: boolean): void {
    const lines = keepsLines ? given.split('\n') : [given]
    for (const [index, line] of lines.entries()) {
      if (index > 0 && this.#breaks === 0) this.#keepBreak()
      this.#writeLine(line)
    }
  }

  /** A break of the text itself, after which spaces are dropped. */
  #keepBreak(): void {
    this.text += '\n'
    this.#space = false
  }

  #writeLine(line: string): void {
    const words = line.replace(/[ \t\n\r\f]+/g, ' ')
    const trimmed = words.trim()
    const isStart = this.#breaks > 0 || this.text === '' || this.text.endsWith('\n')
    if (trimmed === '') {
      this.#space ||= words !== '' && !isStart
      return
    }
    if (this.#breaks > 0 && this.text !== '') this.text += '\n'.repeat(this.#breaks)
    else if (!isStart && (this.#space || words.startsWith(' '))) this.text += ' '
    this.text += trimmed
    this.#breaks = 0
    this.#space = words.endsWith(' ')
  }
}
