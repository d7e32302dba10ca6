import { pythonLower, pythonStrip } from '../../../core/cpython/text.ts'

/** Action found in a model output, and whether it is valid. */
export interface ProjectedAction {
  /** What is sent to the environment, also where it is not valid. */
  readonly action: string
  readonly isValid: boolean
}

const FALLBACK_LENGTH = 20
const CJK_IDEOGRAPH = /[\u4e00-\u9fff]/

/**
 * The action in a model's output, as `webshop_projection` of verl-agent finds it.
 *
 * The text is lower-cased and cut from the first `<action>` to the first `</action>`; without both tags the action is
 * its last 20 code points. Valid are outputs that have both action tags and, in lower case already, `<think>` and
 * `</think>` in any order and place, and that hold no character from U+4E00 to U+9FFF.
 */
export function projectOutput(output: string): ProjectedAction {
  const lower = pythonLower(output)
  const start = lower.indexOf('<action>')
  const end = lower.indexOf('</action>')
  if (start === -1 || end === -1) return { action: [...lower].slice(-FALLBACK_LENGTH).join(''), isValid: false }
  const action = pythonStrip(lower.slice(start + '<action>'.length, end))
  return { action: pythonLower(action), isValid: hasThoughts(output) && !CJK_IDEOGRAPH.test(output) }
}

const hasThoughts = (output: string): boolean => output.includes('<think>') && output.includes('</think>')
