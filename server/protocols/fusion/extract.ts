/** A part of a completion that is code. */
interface CodeBlock {
  readonly language: string
  readonly code: string
}

/** Names after a fence that mean a language. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  python: ['python', 'Python', 'py', 'Python3', 'python3', 'PY'],
  nodejs: ['nodejs', 'javascript', 'Javascript', 'JavaScript', 'JS', 'js'],
}

/** How the code of a completion was found, in SandboxFusion's words. */
export type ExtractedType = 'fenced' | 'incomplete_fenced' | 'heuristic' | 'empty'

export interface Extracted {
  readonly code: string
  readonly type: ExtractedType
}

/**
 * Code of a completion: the first fenced block of the language, or the first of any; else what follows a fence that is
 * not closed; else, for Python, the first definition that stands in the text. Takes time in proportion to its length.
 */
export function extractCode(completion: string, language: string): Extracted {
  const { closed, open } = fencedBlocks(completion.split('\n'))
  const loose = language === 'python' && closed.length === 0 && open === null ? definition(completion) : null
  const found: readonly (readonly [ExtractedType, readonly (CodeBlock | null)[]])[] = [
    ['fenced', closed],
    ['incomplete_fenced', [open]],
    ['heuristic', [loose]],
  ]
  const [type, blocks] = found.find(([, each]) => each.some((block) => block !== null)) ?? ['empty' as const, []]
  const block = blocks.find((each) => each?.language === language) ?? blocks[0]
  return { code: block?.code ?? '', type }
}

const FENCE = '```'

/** Blocks between fences, and what follows the last fence where none closes it. A block without lines does not count. */
function fencedBlocks(lines: readonly string[]) {
  const closed: CodeBlock[] = []
  let language: string | null = null
  let code: string[] = []
  for (const line of lines) {
    const isFence = language === null ? line.includes(FENCE) : line.trimStart().startsWith(FENCE)
    if (isFence && language === null) {
      language = languageOf(line.slice(line.indexOf(FENCE) + FENCE.length))
      code = []
    } else if (isFence && language !== null) {
      if (code.length > 0) closed.push({ language, code: code.join('\n') })
      language = null
    } else code.push(line)
  }
  return { closed, open: language === null || code.length === 0 ? null : { language, code: code.join('\n') } }
}

const languageOf = (tag: string): string =>
  Object.entries(ALIASES).find(([, names]) => names.includes(tag.trim()))?.[0] ?? ''

const ABOVE = /^(?:import|from|#)/
const DEFINITION = /^(?:def|class) /

/** The first function or class of Python at the left margin, with imports and comments directly above. */
function definition(completion: string): CodeBlock | null {
  const lines = completion.split('\n').filter((line) => line.trim() !== '')
  const isBody = (line: string | undefined): boolean => line !== undefined && /^\s/.test(line)
  const at = lines.findIndex((line, index) => DEFINITION.test(line) && isBody(lines[index + 1]))
  if (at < 0) return null
  let [first, end] = [at, at + 1]
  while (ABOVE.test(lines[first - 1] ?? '')) first--
  while (isBody(lines[end])) end++
  return { language: 'python', code: `${lines.slice(first, end).join('\n')}\n` }
}

/** A completion without what follows its function: it ends before the first line that is not indented. */
export const functionBody = (completion: string): string => before(completion, /\n(?=\S)/)

/** Text before the first match; all of it where there is none. */
export function before(text: string, mark: RegExp): string {
  const at = text.search(mark)
  return at < 0 ? text : text.slice(0, at)
}
