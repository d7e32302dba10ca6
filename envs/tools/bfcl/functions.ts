import type { JsonObject } from '../../../core/data/types.ts'
import { schemaJson } from '../engine/parameters.ts'
import type { Api } from './api.ts'

export interface FunctionSchema {
  readonly name: string
  /** `{type: 'function', function: {name, description, parameters}}` */
  readonly schema: JsonObject
}

/**
 * Functions of classes as OpenAI's function calling describes them.
 * @param documents schemas by name that replace ours: BFCL's own descriptions
 */
export function functionsOf(
  apis: readonly Api[],
  documents: ReadonlyMap<string, JsonObject>,
): readonly FunctionSchema[] {
  return apis.flatMap((api) =>
    api.methods.map(({ name, description, parameters }) => ({
      name,
      schema: documents.get(name) ?? {
        type: 'function',
        function: { name, description: `${api.description} ${description}`, parameters: schemaJson(parameters) },
      },
    })),
  )
}
