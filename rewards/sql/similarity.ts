/**
 * Tokens of SQL: comments, texts, quoted names, numbers, names, and operators of one or two characters. What is not closed
 * ends with the query, so that reading takes time in proportion to its length.
 */
const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|"((?:[^"]|"")*)(?:"|$)|`([^`]*)(?:`|$)|\[([^\]]*)(?:\]|$)|\d+(?:\.\d+)?|([\p{L}_][\p{L}\p{N}_]*)|<>|[<>=!|]{2}|\S/gu

interface SqlToken {
  /** Without quotes around names, in lower case except within texts. */
  readonly text: string
  readonly isName: boolean
}

/** Tokens of a query, in their order. */
export function sqlTokens(sql: string): readonly SqlToken[] {
  return [...sql.matchAll(TOKEN)].flatMap(([whole, double, backtick, bracket, plain]): readonly SqlToken[] => {
    const name = double ?? backtick ?? bracket ?? plain
    if (name !== undefined) return [{ text: name.toLowerCase(), isName: true }]
    const isComment = whole.startsWith('--') || whole.startsWith('/*')
    return isComment ? [] : [{ text: whole, isName: false }]
  })
}

/** Names of tables and columns that a query uses, of those that there are. */
export function namesIn(sql: string, names: readonly string[]): ReadonlySet<string> {
  const known = new Set(names.map((name) => name.toLowerCase()))
  return new Set(sqlTokens(sql).flatMap(({ text, isName }) => (isName && known.has(text) ? [text] : [])))
}

/** Pairs of neighbouring tokens. */
export function bigramsOf(sql: string): ReadonlySet<string> {
  const texts = sqlTokens(sql).map(({ text }) => text)
  return new Set(texts.slice(1).map((text, at) => `${texts[at]} ${text}`))
}

/** Share of the members of both sets that are in each, 0 to 1; 1 for two empty sets. */
export function jaccard(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const shared = sharedBy(one, other)
  const all = one.size + other.size - shared
  return all === 0 ? 1 : shared / all
}

/** Share of the wanted members that are there, 0 to 1; 1 where none is wanted. */
export const recall = (given: ReadonlySet<string>, wanted: ReadonlySet<string>): number =>
  wanted.size === 0 ? 1 : sharedBy(given, wanted) / wanted.size

const sharedBy = (one: ReadonlySet<string>, other: ReadonlySet<string>): number =>
  [...one].filter((each) => other.has(each)).length
