import { calculate } from './calculate.ts'
import { fields, text } from './parameters.ts'
import { iterate, PythonError, typeName } from './python-error.ts'
import type { Value } from './python-number.ts'
import type { Tool } from './tool.ts'

/** Evaluates arithmetic. Its answer is that of tau-bench's tool of the same name. */
export const calculateTool: Tool = {
  name: 'calculate',
  description: 'Evaluates an arithmetic expression, rounded to two decimals.',
  parameters: fields({
    expression: text("Numbers, + - * / and parentheses, such as '2 * (3 + 0.5)'."),
  }),
  effect: 'read',
  run: (_, { expression = null }) =>
    typeof expression === 'string' ? calculate(expression) : `Error: ${problemOf(iterate(expression))}`,
}

/** Why what is not a text cannot be evaluated: each of its items must be part of the characters that may be there. */
function problemOf(items: readonly Value[]): string {
  for (const item of items) {
    if (typeof item !== 'string')
      throw new PythonError(`'in <string>' requires string as left operand, not ${typeName(item)}`)
    if (!'0123456789+-*/(). '.includes(item)) return 'invalid characters in expression'
  }
  return 'eval() arg 1 must be a string, bytes or code object'
}

/** Records a thought; changes and reveals nothing. */
export const thinkTool: Tool = {
  name: 'think',
  description: 'Writes down a thought. It reads and changes nothing.',
  parameters: fields({ thought: text('What to remember or to reason about.') }),
  effect: 'read',
  run: () => '',
}

/** Ends the episode: a human takes over. */
export const transferTool: Tool = {
  name: 'transfer_to_human_agents',
  description:
    'Hands the conversation over to a human and ends it. For users who insist on that, and requests that no tool can fulfil.',
  parameters: fields({ summary: text('The user’s issue, for the human who takes over.') }),
  effect: 'read',
  isFinal: true,
  run: () => 'Transfer successful',
}
