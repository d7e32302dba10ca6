import { pythonEquals } from '../../core/cpython/equality.ts'
import { pythonStrip } from '../../core/cpython/text.ts'
import { parseJson } from '../../core/data/json.ts'
import { bagOverlap, equalValues, type ToolCall } from './call.ts'

const HIGHEST = 3
/** What calls have that cannot be read. */
export const LOWEST = -3

/** What counts as alike, and the range of the score. ToolRL's switches REFINEDREWARD, INTERMEDIATEREWARD, COARSEREWARD. */
export interface ToolRlMatching {
  /** Names of tools and of parameters count only where the lists are equal. */
  readonly exactNames?: boolean
  /** A call counts only where all of it is equal. */
  readonly wholeCalls?: boolean
  /** Calls that are not all equal have the least. */
  readonly allOrNothing?: boolean
  /** @default 3 */
  readonly highest?: number
  /** @default -3 */
  readonly lowest?: number
}

/**
 * ToolRL's score of tool calls, from -3 to 3 (arXiv 2504.13958, section 3.3): overlap of the names, and for each wanted
 * call the best unused one of its name: overlap of the parameters' names, and the equal values; over the most there
 * could be. Equal lists have 3. Reference: `verl/utils/reward_score/rlla.py: compute_tool_call_reward`.
 */
export function toolCallReward(
  wanted: readonly ToolCall[],
  got: readonly ToolCall[],
  matching: ToolRlMatching = {},
): number {
  const { highest = HIGHEST, lowest = LOWEST, exactNames = false, wholeCalls = false } = matching
  if (pythonEquals(wanted, got)) return highest
  if (matching.allOrNothing) return lowest
  const names = (calls: readonly ToolCall[]): readonly string[] => calls.map(({ name }) => name)
  const used = new Set<number>()
  let score = likeness(names(wanted), names(got), exactNames)
  let most = 1
  for (const call of wanted) {
    most += wholeCalls ? 1 : 1 + Object.keys(call.parameters).length
    const best = wholeCalls ? equalCall(call, got, used) : bestMatch(call, got, used, exactNames)
    if (best.index >= 0) used.add(best.index)
    score += best.score
  }
  return ((highest - lowest) * score) / most + lowest
}

const likeness = (a: readonly string[], b: readonly string[], isExact: boolean): number =>
  isExact ? Number(a.length === b.length && a.every((name, at) => name === b[at])) : bagOverlap(a, b)

const NO_MATCH = { index: -1, score: 0 } as const

function equalCall(wanted: ToolCall, got: readonly ToolCall[], used: ReadonlySet<number>) {
  const index = got.findIndex((call, at) => !used.has(at) && pythonEquals(call, wanted))
  return index === -1 ? NO_MATCH : { index, score: 1 }
}

/** A call that shares nothing but its name is not a match. */
function bestMatch(wanted: ToolCall, got: readonly ToolCall[], used: ReadonlySet<number>, isExact: boolean) {
  let best: { readonly index: number; readonly score: number } = NO_MATCH
  for (const [index, call] of got.entries()) {
    if (used.has(index) || call.name !== wanted.name) continue
    const overlap = likeness(Object.keys(wanted.parameters), Object.keys(call.parameters), isExact)
    const score = overlap + equalValues(wanted, call)
    if (score > best.score) best = { index, score }
  }
  return best
}

export interface ToolRlScore {
  /** 1 where the answer has the wanted one's parts in their order, else 0. */
  readonly format: number
  /** -3 to 3; 0 where no call was wanted. */
  readonly correctness: number
  readonly score: number
}

/**
 * ToolRL's reward of an answer: format and correctness. What cannot be read as calls has -3. Reference: `rlla.py:
 * compute_score` with its default switches.
 * @param wanted The answer as it should be; its calls must be readable.
 */
export function toolRlScore(answer: string, wanted: string): ToolRlScore {
  const response = pythonStrip(answer)
  const format = toolRlFormat(response, wanted)
  const correctness = callScore(response, wanted)
  return { format, correctness, score: format + correctness }
}

/** 1 where a text has the parts of the wanted one, once each and in their order, else 0. */
export const toolRlFormat = (response: string, wanted: string): 0 | 1 =>
  hasFormat(pythonStrip(response), wanted) ? 1 : 0

/** Correctness of the calls of a response; 0 where none is wanted, the least where they cannot be read. */
export function callScore(response: string, wanted: string, matching: ToolRlMatching = {}): number {
  if (!wanted.includes('<tool_call>')) return 0
  const calls = callsIn(wanted) ?? []
  const got = response.includes('<tool_call>') && response.includes('</tool_call>') ? callsIn(response) : null
  return got === null ? (matching.lowest ?? LOWEST) : toolCallReward(calls, got, matching)
}

/** The calls between a text's first `<tool_call>` tags, one JSON object a line; null where one is not a call. */
function callsIn(text: string): readonly ToolCall[] | null {
  const inner = text.split('<tool_call>')[1]?.split('</tool_call>')[0] ?? ''
  try {
    const calls: readonly unknown[] = pythonStrip(inner)
      .split('\n')
      .map((line): unknown => parseJson(line))
    return calls.every(isCall) ? calls : null
  } catch {
    return null
  }
}

function isCall(value: unknown): value is ToolCall {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('parameters' in value)) return false
  const { name, parameters } = value
  return typeof name === 'string' && typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters)
}

const TOOL_CALL = String.raw`<tool_call>\n.*?\n</tool_call>`
const RESPONSE = '<response>.*?</response>'

function hasFormat(response: string, wanted: string): boolean {
  const parts = [
    ...(wanted.includes('<tool_call>') ? [{ tag: 'tool_call', pattern: TOOL_CALL }] : []),
    ...(wanted.includes('<response>') ? [{ tag: 'response', pattern: RESPONSE }] : []),
  ]
  const pattern = ['<think>.*?</think>', ...parts.map((part) => part.pattern)].join(String.raw`\n`)
  if (!new RegExp(`^${pattern}$`, 's').test(response)) return false
  return parts.every(({ tag }) => isOnce(response, `<${tag}>`) && isOnce(response, `</${tag}>`))
}

const isOnce = (text: string, part: string): boolean => text.split(part).length === 2
