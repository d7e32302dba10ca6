import type { Json, JsonObject } from '../../core/data/types.ts'
import { type Problem, problem } from '../../core/episode/action.ts'
import type { ToolDescription } from '../../core/episode/tool-interface.ts'
import { type Call, isKind, OPERATIONS } from './chain.ts'
import { KINDS } from './facts.ts'

/** A call of a tool, or the answer. */
export type ChainAction = Call | { readonly tool: 'answer'; readonly value: number }

const LOOKS_UP = {
  person: 'Looks up a person: employer, city, year of birth, salary.',
  company: 'Looks up a company: city, year of foundation, number of employees.',
  city: 'Looks up a city: year of foundation, population.',
} as const

const object = (properties: JsonObject): JsonObject => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})
const NUMBER = { type: 'number' }

export const TOOLS: readonly ToolDescription[] = [
  ...KINDS.map((kind) => ({
    name: kind,
    description: LOOKS_UP[kind],
    inputSchema: object({ name: { type: 'string' } }),
    annotations: { readOnlyHint: true },
  })),
  {
    name: 'calculate',
    description: 'Calculates with two numbers.',
    inputSchema: object({ left: NUMBER, operation: { type: 'string', enum: [...OPERATIONS] }, right: NUMBER }),
    annotations: { readOnlyHint: true },
  },
  { name: 'answer', description: 'Answers the question, which ends the task.', inputSchema: object({ value: NUMBER }) },
]

export const ACTION_SCHEMA: JsonObject = {
  oneOf: TOOLS.map(({ name, description, inputSchema }) => ({
    ...{ description, type: 'object' },
    properties: { name: { const: name }, arguments: inputSchema },
    required: ['name', 'arguments'],
  })),
}

const HELP = `call a tool: { "name": "person", "arguments": { "name": "..." } }; tools are ${TOOLS.map(({ name }) => name).join(', ')}`

/** Reads `{ name, arguments }`. */
export function readCall(raw: Json): ChainAction | Problem {
  if (!isObject(raw) || typeof raw.name !== 'string' || !isObject(raw.arguments)) return problem(HELP)
  const { name, arguments: args } = raw
  if (isKind(name))
    return typeof args.name === 'string' ? { tool: name, name: args.name } : problem(`${name} needs a name, as text`)
  if (name === 'answer')
    return isNumber(args.value) ? { tool: name, value: args.value } : problem('answer needs a value, as a number')
  return name === 'calculate' ? calculation(args) : problem(HELP)
}

function calculation({ left, operation, right }: JsonObject): ChainAction | Problem {
  const known = OPERATIONS.find((each) => each === operation)
  if (known !== undefined && isNumber(left) && isNumber(right))
    return { tool: 'calculate', left, operation: known, right }
  return problem(`calculate needs the numbers left and right, and an operation: ${OPERATIONS.join(', ')}`)
}

/** An action as an agent sends it. */
export const sentCall = ({ tool, ...args }: ChainAction): Json => ({ name: tool, arguments: args })

const isNumber = (value: Json | undefined): value is number => typeof value === 'number'
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
