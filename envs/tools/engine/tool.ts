import type { JsonObject } from '../../../core/data/types.ts'
import type { Session } from './database.ts'
import { type ObjectSchema, schemaJson } from './parameters.ts'
import type { Value } from './python-number.ts'

/** Arguments of a call, by parameter name. */
export type Arguments = { readonly [name: string]: Value }

/** A function over the database that an agent may call. */
export interface Tool {
  /** Lower case with underscores. */
  readonly name: string
  /** Sentences for the agent. */
  readonly description: string
  readonly parameters: ObjectSchema
  /** Whether it can change the database. */
  readonly effect: 'read' | 'write'
  /** Whether a call ends the episode, as a transfer to a human does. @default false */
  readonly isFinal?: boolean
  /**
   * What the agent observes. What it throws as `PythonError` is observed as `Error: {message}`; changes made before
   * stand.
   */
  readonly run: (db: Session, args: Arguments) => Value
}

/** The tool as OpenAI's function calling describes it. */
export const functionSchema = ({ name, description, parameters }: Tool): JsonObject => ({
  type: 'function',
  function: { name, description, parameters: schemaJson(parameters) },
})
