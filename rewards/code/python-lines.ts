/** A logical line of Python: one statement, or the head of a block. */
export interface PythonLine {
  /** Characters before its first token. */
  readonly indent: number
  /** Without comments. */
  readonly tokens: readonly string[]
  /** Whether a comment ends it or stands directly above. */
  readonly hasComment: boolean
}

/** Python as lines. */
export interface PythonSource {
  readonly lines: readonly PythonLine[]
  /**
   * Whether texts and brackets are closed, and blocks begin and end as Python wants. Code that is not cannot be parsed;
   * code that is may still have errors within a line.
   */
  readonly isWellFormed: boolean
}

/** Comments, texts, names, numbers, ends of lines, and operators. An unclosed text ends with its line, or the source. */
const TOKEN =
  /#[^\n]*|[rbuf]{0,2}(?:"""(?:\\[\s\S]|[^\\])*?(?:"""|$)|'''(?:\\[\s\S]|[^\\])*?(?:'''|$)|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?)|\\\n|\n|[\p{L}\p{N}_](?:\.?[\p{L}\p{N}_])*|[^\s\p{L}\p{N}_]/giu

const CLOSING: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
])
const isText = (token: string): boolean => /^[rbuf]{0,2}["']/i.test(token)
const isClosed = (token: string): boolean => {
  const quotes = token.replace(/\\[\s\S]/g, '').replace(/^[rbuf]*/i, '')
  return /^("""[\s\S]*"""|'''[\s\S]*'''|"(?!"")[\s\S]*"|'(?!'')[\s\S]*')$/.test(quotes)
}

/** Reads Python without a parser, in time that grows with its length alone. */
export function readPython(source: string): PythonSource {
  const lines: PythonLine[] = []
  const open: string[] = []
  let isSound = true
  let tokens: string[] = []
  let [indent, hasComment] = [0, false]
  const end = (): void => {
    if (tokens.length > 0) lines.push({ indent, tokens, hasComment })
    if (tokens.length > 0) hasComment = false
    tokens = []
  }
  for (const { 0: token, index } of source.matchAll(TOKEN)) {
    if (token.startsWith('#')) hasComment = true
    else if (token === '\n') {
      if (open.length === 0) end()
    } else if (token !== '\\\n') {
      if (tokens.length === 0) indent = index - (source.lastIndexOf('\n', index - 1) + 1)
      tokens.push(token)
      const closing = CLOSING.get(token)
      if (closing !== undefined) open.push(closing)
      else if (')]}'.includes(token)) isSound &&= open.pop() === token
      else if (isText(token)) isSound &&= isClosed(token)
    }
  }
  end()
  return { lines, isWellFormed: isSound && open.length === 0 && hasSoundBlocks(lines) }
}

/** A line is deeper than the one before it if, and only if, that one begins a block; others end blocks that are open. */
function hasSoundBlocks(lines: readonly PythonLine[]): boolean {
  const levels = [0]
  let begins = false
  for (const { indent, tokens } of lines) {
    if (begins !== indent > (levels.at(-1) ?? 0)) return false
    if (begins) levels.push(indent)
    while (indent < (levels.at(-1) ?? 0)) levels.pop()
    if (indent !== levels.at(-1)) return false
    begins = tokens.at(-1) === ':'
  }
  return !begins
}
