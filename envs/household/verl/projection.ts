import { pythonLower, pythonStrip } from '../../../core/cpython/text.ts'

/** Command found in a model's output, and whether the output is of the required form. */
export interface ProjectedCommand {
  /** What is executed, also where it is not valid. */
  readonly command: string
  readonly isValid: boolean
}

const FALLBACK_LENGTH = 30
const CJK_IDEOGRAPH = /[\u4e00-\u9fff]/
const [START, END] = ['<action>', '</action>']

/**
 * The command in a model's output, as `alfworld_projection` of verl-agent finds it.
 *
 * The text is lower-cased and cut from the first `<action>` to the first `</action>`, in that order or empty; without
 * both tags the command is its last 30 code points. Valid are outputs that have both action tags and, as written,
 * `<think>` and `</think>` in any place, and that hold no character from U+4E00 to U+9FFF. Whether the command is
 * admissible is not asked.
 */
export function projectOutput(output: string): ProjectedCommand {
  const lower = pythonLower(output)
  const start = lower.indexOf(START)
  const end = lower.indexOf(END)
  if (start === -1 || end === -1) return { command: [...lower].slice(-FALLBACK_LENGTH).join(''), isValid: false }
  const command = pythonStrip(lower.slice(start + START.length, Math.max(end, start + START.length)))
  return { command, isValid: hasThoughts(output) && !CJK_IDEOGRAPH.test(output) }
}

const hasThoughts = (output: string): boolean => output.includes('<think>') && output.includes('</think>')
