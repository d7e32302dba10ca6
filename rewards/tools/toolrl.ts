import { pythonEquals } from '../../core/cpython/equality.ts'
import { pythonStrip } from '../../core/cpython/text.ts'
import { parseJson } from '../../core/data/json.ts'
import { bagOverlap, equalValues, type ToolCall } from './call.ts'

const HIGHEST = 3
/** What calls have that cannot be read. */
export const LOWEST = -3

/**
 * ToolRL's score of tool calls, from -3 to 3 (arXiv 2504.13958, section 3.3): overlap of the names, and for each wanted
 * call the best unused one of its name: overlap of the parameters' names, and the equal values; over the most there
 * could be. Equal lists have 3. Reference: `verl/utils/reward_score/rlla.py: compute_tool_call_reward`.
 */
export function toolCallReward(wanted: readonly ToolCall[], got: readonly ToolCall[]): number {
  if (pythonEquals(wanted, got)) return HIGHEST
  const names = (calls: readonly ToolCall[]): readonly string[] => calls.map(({ name }) => name)
  const used = new Set<number>()
  let score = bagOverlap(names(wanted), names(got))
  let most = 1
  for (const call of wanted) {
    most += 1 + Object.keys(call.parameters).length
    const best = bestMatch(call, got, used)
    if (best.index >= 0) used.add(best.index)
    score += best.score
  }
  return ((HIGHEST - LOWEST) * score) / most + LOWEST
}

/** A call that shares nothing but its name is not a match. */
function bestMatch(wanted: ToolCall, got: readonly ToolCall[], used: ReadonlySet<number>) {
  let best = { index: -1, score: 0 }
  for (const [index, call] of got.entries()) {
    if (used.has(index) || call.name !== wanted.name) continue
    const overlap = bagOverlap(Object.keys(wanted.parameters), Object.keys(call.parameters))
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

function callScore(response: string, wanted: string): number {
  if (!wanted.includes('<tool_call>')) return 0
  const calls = callsIn(wanted) ?? []
  const got = response.includes('<tool_call>') && response.includes('</tool_call>') ? callsIn(response) : null
  return got === null ? LOWEST : toolCallReward(calls, got)
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
