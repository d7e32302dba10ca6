import type { ToolDescription } from '../../../core/episode/tool-interface.ts'
import { schemaJson } from './parameters.ts'
import type { ToolsState } from './state.ts'
import type { Tool } from './tool.ts'

const RESPOND: ToolDescription = {
  name: 'respond',
  description: 'Says something to the user. The answer is what the user says next.',
  inputSchema: {
    type: 'object',
    properties: { content: { type: 'string', description: 'The message.' } },
    required: ['content'],
    additionalProperties: false,
  },
}

/** Tools of a domain as the Model Context Protocol lists them, with `respond` as tau-bench has it. */
export const servedTools = (tools: readonly Tool[]): readonly ToolDescription[] => [...tools.map(described), RESPOND]

const described = ({ name, description, parameters, effect }: Tool): ToolDescription => ({
  name,
  description,
  inputSchema: schemaJson(parameters),
  annotations: { readOnlyHint: effect === 'read' },
})

/** What the last calls, or the user, answered, without the names of the sources. */
export const resultOf = ({ shown }: ToolsState): string => shown.map(({ text }) => text).join('\n')
