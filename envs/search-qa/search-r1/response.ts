import { pythonStrip } from '../../../core/cpython/text.ts'

/** A passage as Search-R1's service returns it: the title in quotes, a new line, and the text. */
export const passageOf = (title: string, text: string): string => `"${title}"\n${text}`

/** What a response asks for; `kind` is null where it has neither tag. */
export interface Response {
  readonly kind: 'search' | 'answer' | null
  /** Query or answer, without white space around it. */
  readonly content: string
}

/** A response up to and with its first `</search>`, else its first `</answer>`. */
export function cutResponse(text: string): string {
  const end = ['</search>', '</answer>'].find((tag) => text.includes(tag))
  return end === undefined ? text : text.slice(0, text.indexOf(end) + end.length)
}

const CALL = /<(search|answer)>([\s\S]*?)<\/\1>/

/** The first search or answer of a response, wherever it stands. */
export function readResponse(text: string): Response {
  const [, kind, content = ''] = CALL.exec(cutResponse(text)) ?? []
  return kind === 'search' || kind === 'answer' ? { kind, content: pythonStrip(content) } : { kind: null, content: '' }
}

/** What follows a response with neither tag. */
export const INVALID_RESPONSE =
  '\nMy previous action is invalid. If I want to search, I should put the query between <search> and </search>. If I want to give the final answer, I should put the answer between <answer> and </answer>. Let me try again.\n'

/** What follows a search. */
export const informationOf = (passages: readonly string[]): string =>
  `\n\n<information>${pythonStrip(passages.map(shownPassage).join(''))}</information>\n\n`

function shownPassage(passage: string, at: number): string {
  const [title = '', ...lines] = passage.split('\n')
  return `Doc ${at + 1}(Title: ${title}) ${lines.join('\n')}\n`
}

/** What follows a response: nothing after an answer. */
export function followUp({ kind }: Response, passages: readonly string[]): string {
  if (kind === null) return INVALID_RESPONSE
  return kind === 'search' ? informationOf(passages) : ''
}

/** The user message that Search-R1 asks a question with. Its example is the first of the answers that its reward counts. */
export const questionPrompt = (question: string): string => {
  const asked = pythonStrip(question)
  return `Answer the given question. You must conduct reasoning inside <think> and </think> first every time you get new information. After reasoning, if you find you lack some knowledge, you can call a search engine by <search> query </search> and it will return the top searched results between <information> and </information>. You can search as many times as your want. If you find no further external knowledge needed, you can directly provide the answer inside <answer> and </answer>, without detailed illustrations. For example, <answer> Beijing </answer>. Question: ${asked.endsWith('?') ? asked : `${asked}?`}\n`
}
