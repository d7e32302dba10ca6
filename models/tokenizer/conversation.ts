import { shown } from '../../core/data/shown.ts'
import type { TokenAction } from '../networks/token-network.ts'
import { type Boundary, boundaryIn } from './boundary.ts'
import { isTokenId, type TextTokenizer } from './tokenizer.ts'

/**
 * Part of a rendered conversation. `template` is what the chat template writes, special tokens included; `content` what
 * users, tools and environments wrote; `action` what the policy wrote; `stop` template text right after an action that
 * belongs to it, such as `<|im_end|>`.
 */
export interface ConversationPart {
  readonly kind: 'template' | 'content' | 'action' | 'stop'
  readonly text: string
}

/** Tokens of one action with all tokens before it, or why they cannot be known. */
export type ActionTokens = TokenAction | { readonly problem: string }

/**
 * Exact token spans of the actions of a rendered conversation, one for each `action` part in its order.
 *
 * The text between two special tokens of the template is encoded as a whole, so that tokens across the end of a part
 * are those that the model was given. Special tokens come from template and stop parts alone: their text within an
 * observation or an action is text like any other. An action begins and ends at a token only where the tokens before
 * give back exactly the text before; anywhere else it has a problem, never a guess.
 */
export function conversationTokens(
  tokenizer: TextTokenizer,
  parts: readonly ConversationPart[],
): readonly ActionTokens[] {
  const runs = runsOf(tokenizer, parts)
  const ids = runs.flatMap((run) => run.ids)
  const problem = problemOf(tokenizer, runs)
  return placesOf(parts).map((place) => (problem === null ? actionTokens(tokenizer, runs, ids, place) : { problem }))
}

/** Text between special tokens, or one of these. */
interface Run {
  readonly text: string
  readonly ids: readonly number[]
  readonly isSpecial: boolean
  /** Places in the whole text and in all ids. */
  readonly textBegin: number
  readonly idsBegin: number
}

function runsOf(tokenizer: TextTokenizer, parts: readonly ConversationPart[]): readonly Run[] {
  const runs: Run[] = []
  let [textBegin, idsBegin] = [0, 0]
  for (const text of piecesOf(tokenizer, parts)) {
    const id = typeof text === 'string' ? undefined : text.id
    const piece = typeof text === 'string' ? text : text.text
    const ids = id === undefined ? tokenizer.encodeText(piece) : [id]
    runs.push({ text: piece, ids, isSpecial: id !== undefined, textBegin, idsBegin })
    textBegin += piece.length
    idsBegin += ids.length
  }
  return runs
}

/** Special tokens of the template, and the texts between them, whatever parts these come from. */
function piecesOf({ special }: TextTokenizer, parts: readonly ConversationPart[]) {
  const pieces: (string | { readonly text: string; readonly id: number })[] = []
  const append = (text: string): void => {
    const last = pieces.at(-1)
    if (typeof last === 'string') pieces[pieces.length - 1] = last + text
    else if (text !== '') pieces.push(text)
  }
  const pattern = specialPattern(special)
  for (const { kind, text } of parts) {
    if (!isTemplate(kind) || pattern === null) append(text)
    else
      for (const piece of text.split(pattern)) {
        const id = special.get(piece)
        if (id === undefined) append(piece)
        else pieces.push({ text: piece, id })
      }
  }
  return pieces
}

const isTemplate = (kind: ConversationPart['kind']): boolean => kind === 'template' || kind === 'stop'

/** Any special token, the longest first, captured so that `split` keeps it; null where there are none. */
function specialPattern(special: ReadonlyMap<string, number>): RegExp | null {
  if (special.size === 0) return null
  const texts = [...special.keys()].sort((a, b) => b.length - a.length)
  return new RegExp(`(${texts.map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|')})`)
}

/** Why no action of the conversation has tokens that can be relied on. */
function problemOf(tokenizer: TextTokenizer, runs: readonly Run[]): string | null {
  if (runs.some(({ text }) => /\p{Surrogate}/u.test(text)))
    return 'the conversation has half of a surrogate pair, which has no tokens'
  const unknown = runs.find(({ ids }) => !ids.every(isTokenId))
  if (unknown !== undefined) return `the tokenizer has no token for a part of ${shown(unknown.text)}`
  const specialIds = new Set(tokenizer.special.values())
  if (runs.some((run) => !run.isSpecial && run.ids.some((id) => specialIds.has(id))))
    return 'text of the conversation becomes a special token'
  // The whole is what the tokenizer makes of it: some strip spaces beside special tokens.
  const honest = withoutForged(tokenizer, runs)
  const whole = tokenizer.encode(honest.map(({ text }) => text).join(''))
  if (
    isEqual(
      whole,
      honest.flatMap(({ ids }) => ids),
    )
  )
    return null
  return 'the tokenizer reads the conversation as a whole differently than its parts'
}

/**
 * The same runs with a letter in place of each special token that text forges, so that the whole can be encoded: what
 * lies beside the special tokens of the template stays as it is.
 */
function withoutForged(tokenizer: TextTokenizer, runs: readonly Run[]): readonly Pick<Run, 'text' | 'ids'>[] {
  const pattern = specialPattern(tokenizer.special)
  if (pattern === null) return runs
  const [every, letter] = [new RegExp(pattern, 'g'), foreignLetter(tokenizer.special)]
  return runs.map((run) => {
    if (run.isSpecial || !pattern.test(run.text)) return run
    const text = run.text.replace(every, letter)
    return { text, ids: tokenizer.encodeText(text) }
  })
}

/** First letter of the unified ideographs that no special token has: it completes none. */
function foreignLetter(special: ReadonlyMap<string, number>): string {
  const used = new Set([...special.keys()].join(''))
  for (let code = 0x4e00; ; code++) if (!used.has(String.fromCodePoint(code))) return String.fromCodePoint(code)
}

const isEqual = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((id, at) => id === b[at])

interface Place {
  readonly begin: number
  readonly end: number
}

/** Actions in the whole text, each with the stop after it. */
function placesOf(parts: readonly ConversationPart[]): readonly Place[] {
  const places: Place[] = []
  let at = 0
  for (const [index, { kind, text }] of parts.entries()) {
    const stop = parts[index + 1]
    const end = at + text.length
    if (kind === 'action') places.push({ begin: at, end: end + (stop?.kind === 'stop' ? stop.text.length : 0) })
    at = end
  }
  return places
}

function actionTokens(
  tokenizer: TextTokenizer,
  runs: readonly Run[],
  ids: readonly number[],
  { begin, end }: Place,
): ActionTokens {
  const [first, last] = [boundaryAt(tokenizer, runs, begin), boundaryAt(tokenizer, runs, end)]
  if ('problem' in first) return { problem: `the action does not begin at a token: ${first.problem}` }
  if ('problem' in last) return { problem: `the action does not end at a token: ${last.problem}` }
  return { promptTokenIds: ids.slice(0, first.tokens), actionTokenIds: ids.slice(first.tokens, last.tokens) }
}

/** Number of tokens before a place in the text. */
function boundaryAt(tokenizer: TextTokenizer, runs: readonly Run[], at: number): Boundary {
  const run = runs.find(({ text, textBegin }) => at < textBegin + text.length)
  if (run === undefined) return { tokens: runs.reduce((sum, each) => sum + each.ids.length, 0) }
  if (at === run.textBegin) return { tokens: run.idsBegin }
  if (run.isSpecial) return { problem: `it lies within ${shown(run.text)}` }
  const within = boundaryIn(tokenizer, run.text, run.ids, at - run.textBegin)
  return 'problem' in within ? within : { tokens: run.idsBegin + within.tokens }
}
