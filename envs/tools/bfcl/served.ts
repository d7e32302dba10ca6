import type { JsonObject } from '../../../core/data/types.ts'
import type { ToolDescription } from '../../../core/episode/tool-interface.ts'
import type { Documents } from './functions.ts'
import { functionsAt, type OpenTask } from './task.ts'

const RESPOND: ToolDescription = {
  name: 'respond',
  description: 'Ends the turn with a message to the user. The answer is what the user says next.',
  inputSchema: {
    type: 'object',
    properties: { content: { type: 'string', description: 'The message.' } },
    required: ['content'],
    additionalProperties: false,
  },
}

/** Functions that the agent has in a turn, as the Model Context Protocol lists them, with `respond` to end it. */
export const servedFunctions = ({ task }: OpenTask, turn: number, documents: Documents): readonly ToolDescription[] => [
  ...functionsAt(task, turn, documents).flatMap(described),
  RESPOND,
]

function described({ function: called }: JsonObject): readonly ToolDescription[] {
  if (!isObject(called) || typeof called.name !== 'string' || typeof called.description !== 'string') return []
  const { name, description, parameters } = called
  return [{ name, description, inputSchema: isObject(parameters) ? parameters : {} }]
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
