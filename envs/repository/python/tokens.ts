import { type Span, Unsupported } from './syntax.ts'

/** `newline` ends a statement; `indent` and `dedent` enclose a block. The text of `text` is its value. */
export interface Token extends Span {
  readonly kind: 'name' | 'int' | 'text' | 'operator' | 'newline' | 'indent' | 'dedent' | 'end'
  readonly text: string
}

const DOCSTRING = /"""[\s\S]*?"""/y
const TEXT = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y
const WORD = /[A-Za-z_]\w*|\d+/y
const OPERATOR = /\/\/|[<>=!+\-*%]=|[-+*%<>=()[\]{},.:]/y
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '\\': '\\', "'": "'", '"': '"' }

/** Tokens of a source whose blocks are indented by four spaces. @throws Unsupported */
export function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = []
  let [depth, brackets, at] = [0, 0, 0]
  const add = (kind: Token['kind'], text: string, start: number, end: number): void => {
    tokens.push({ kind, text, start, end })
  }
  while (at < source.length) {
    if (brackets === 0 && (at === 0 || source[at - 1] === '\n')) {
      const spaces = lengthAt(/ */y, source, at)
      if (lengthAt(/[^\S\n]*(#[^\n]*)?(\n|$)/y, source, at) > 0 && isBlank(source, at)) {
        at = lineEnd(source, at)
        continue
      }
      for (; depth < spaces / 4; depth++) add('indent', '', at, at)
      for (; depth > spaces / 4; depth--) add('dedent', '', at, at)
      at += spaces
    }
    const start = at
    const character = source[at] ?? ''
    if (character === '\n') {
      at++
      if (brackets === 0) add('newline', '', start, at)
    } else if (character === ' ') at++
    else if (character === '#') at += lengthAt(/[^\n]*/y, source, at)
    else if (lengthAt(DOCSTRING, source, at) > 0) {
      at += lengthAt(DOCSTRING, source, at)
      add('text', source.slice(start + 3, at - 3), start, at)
    } else if (lengthAt(TEXT, source, at) > 0) {
      at += lengthAt(TEXT, source, at)
      add('text', unescaped(source.slice(start + 1, at - 1)), start, at)
    } else if (lengthAt(WORD, source, at) > 0) {
      at += lengthAt(WORD, source, at)
      add(/\d/.test(character) ? 'int' : 'name', source.slice(start, at), start, at)
    } else {
      at += lengthAt(OPERATOR, source, at)
      if (at === start) throw new Unsupported(`character ${JSON.stringify(character)}`)
      const text = source.slice(start, at)
      brackets += '([{'.includes(text) ? 1 : ')]}'.includes(text) ? -1 : 0
      add('operator', text, start, at)
    }
  }
  for (; depth > 0; depth--) add('dedent', '', at, at)
  add('end', '', at, at)
  return tokens
}

function lengthAt(pattern: RegExp, source: string, at: number): number {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0].length ?? 0
}

const lineEnd = (source: string, at: number): number => {
  const end = source.indexOf('\n', at)
  return end < 0 ? source.length : end + 1
}

const isBlank = (source: string, at: number): boolean => /^\s*(#.*)?$/.test(source.slice(at, lineEnd(source, at)))

const unescaped = (text: string): string =>
  text.replace(/\\(.)/g, (_, letter: string) => {
    const found = ESCAPES[letter]
    if (found === undefined) throw new Unsupported(`escape \\${letter}`)
    return found
  })
