const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Characters as a reader sees them; only as many as asked for are segmented. */
function graphemesOf(text: string, most: number): readonly string[] {
  const found: string[] = []
  for (const { segment } of GRAPHEMES.segment(text)) {
    if (found.length >= most) break
    found.push(segment)
  }
  return found
}

/** The text on one line, cut to a width in characters; what was cut ends in an ellipsis. */
export function cut(text: string, width: number): string {
  const line = text.replaceAll(/\s*[\r\n]+\s*/g, ' ⏎ ').replaceAll('\t', ' ')
  const shown = graphemesOf(line, width + 1)
  return shown.length <= width ? line : `${shown.slice(0, width - 1).join('')}…`
}

export interface Frame {
  /** Characters a line, at least 8. */
  readonly width: number
  /** Lines at most. */
  readonly rows: number
}

/** A text of any length as lines that fit a frame. Where it is longer, the last line says how much is left out. */
export function fitted(text: string, { width, rows }: Frame): readonly string[] {
  const lines: string[] = []
  let rest = text.replaceAll('\t', ' ').replaceAll(/\r\n?/g, '\n').trimEnd()
  let lastFrom = rest
  while (rest !== '' && lines.length < rows) {
    lastFrom = rest
    const [line, after] = split(rest, width)
    lines.push(line)
    rest = after
  }
  if (rest === '') return lines
  return [...lines.slice(0, -1), `… ${lastFrom.length.toLocaleString('en-US')} more characters`]
}

/** The first line and what follows it: at a line break, else at the last space that fits, else at the width. */
function split(text: string, width: number): readonly [string, string] {
  const end = text.indexOf('\n')
  const head = graphemesOf(end < 0 ? text.slice(0, width * 64) : text.slice(0, end), width + 1)
  if (head.length <= width) {
    const line = head.join('')
    return [line, text.slice(line.length + (text[line.length] === '\n' ? 1 : 0))]
  }
  const line = head.slice(0, width).join('')
  const space = line.lastIndexOf(' ')
  const at = space > width / 2 ? space : line.length
  return [line.slice(0, at), text.slice(at).replace(/^ /, '')]
}

const DEFAULT_WIDTH = 100
const LEAST_WIDTH = 40

/** Characters of a line of a terminal; Infinity for any other sink, whose reader has room for all. */
export const lineWidthOf = ({ columns }: { readonly columns?: number | undefined }): number =>
  columns === undefined || columns <= 0 ? Number.POSITIVE_INFINITY : Math.max(LEAST_WIDTH, columns)

/** Characters of a line of a terminal; a default for any other sink, or one that does not say. */
export const widthOf = ({ columns }: { readonly columns?: number | undefined }): number =>
  columns === undefined || columns <= 0 ? DEFAULT_WIDTH : Math.max(LEAST_WIDTH, columns)
