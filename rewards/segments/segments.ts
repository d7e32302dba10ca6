/** Kinds of parts of what an agent writes; `text` is what is in no part. */
export const PARTS = ['thought', 'query', 'call', 'answer', 'text'] as const
/** Name of a kind of part. */
export type Part = (typeof PARTS)[number]

/** A part of a text: characters from `start` to `end`, exclusive, in UTF-16 units; tags belong to their part. */
export interface Segment {
  readonly part: Part
  readonly start: number
  readonly end: number
}

/** Finds the parts of a text: in order, without overlap. What lies between them is `text`. */
export type SegmentParser = (text: string) => readonly Segment[]

/** Tags of parts: reasoning, search, tool calls and answers, as agents are trained to write them. */
const TAGS: Readonly<Record<string, Exclude<Part, 'text'>>> = {
  ...{ think: 'thought', thinking: 'thought', reasoning: 'thought', plan: 'thought' },
  ...{
    search: 'query',
    query: 'query',
    tool_call: 'call',
    tool: 'call',
    action: 'call',
    code: 'call',
    answer: 'answer',
  },
}
const OPENING = new RegExp(`<(${Object.keys(TAGS).join('|')})>`, 'g')

/** Parts by tags. A part that is not closed goes to the end of the text; tags within a part belong to it. */
export const taggedSegments: SegmentParser = (text) => {
  const segments: Segment[] = []
  OPENING.lastIndex = 0
  for (let found = OPENING.exec(text); found !== null; found = OPENING.exec(text)) {
    const [opening, tag = ''] = found
    const closing = text.indexOf(`</${tag}>`, found.index + opening.length)
    const end = closing === -1 ? text.length : closing + tag.length + 3
    segments.push({ part: TAGS[tag] ?? 'text', start: found.index, end })
    OPENING.lastIndex = end
  }
  return segments
}

/** Parts that cover a whole text: gaps between those of a parser are `text`. */
export function segmentsOf(text: string, parser: SegmentParser = taggedSegments): readonly Segment[] {
  const all: Segment[] = []
  let from = 0
  for (const segment of [...parser(text), { part: 'text' as const, start: text.length, end: text.length }]) {
    if (segment.start > from) all.push({ part: 'text', start: from, end: segment.start })
    if (segment.end > segment.start) all.push(segment)
    from = Math.max(from, segment.end)
  }
  return all
}

/**
 * Part of each token: that in which it begins, so that every token has exactly one.
 * @param tokens texts of the tokens, in order
 * @returns null where the tokens do not spell the text exactly, as where one holds half a character
 */
export function partsOfTokens(
  text: string,
  tokens: readonly string[],
  segments: readonly Segment[],
): readonly Part[] | null {
  if (tokens.join('') !== text) return null
  let [at, current] = [0, 0]
  return tokens.map((token) => {
    while (current < segments.length - 1 && at >= (segments[current]?.end ?? 0)) current++
    at += token.length
    return segments[current]?.part ?? 'text'
  })
}
