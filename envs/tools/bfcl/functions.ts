import { seal } from '../../../core/data/plain.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import { schemaJson } from '../engine/parameters.ts'
import type { Api } from './api.ts'

export interface FunctionSchema {
  readonly name: string
  /** `{type: 'function', function: {name, description, parameters}}` */
  readonly schema: JsonObject
}

/** Function schemas by name that replace ours: BFCL's own descriptions. */
export type Documents = ReadonlyMap<string, JsonObject>

/** Functions of classes as OpenAI's function calling describes them: the same objects each time, for all episodes. */
export const functionsOf = (apis: readonly Api[], documents: Documents): readonly FunctionSchema[] =>
  apis.flatMap((api) => functionsOfApi(api, documents))

const known = new WeakMap<Documents, Map<Api, readonly FunctionSchema[]>>()

function functionsOfApi(api: Api, documents: Documents): readonly FunctionSchema[] {
  const byApi = known.get(documents) ?? new Map<Api, readonly FunctionSchema[]>()
  const functions = byApi.get(api) ?? seal(described(api, documents))
  known.set(documents, byApi.set(api, functions))
  return functions
}

const described = (api: Api, documents: Documents): readonly FunctionSchema[] =>
  api.methods.map(({ name, description, parameters }) => ({
    name,
    schema: documents.get(name) ?? {
      type: 'function',
      function: { name, description: `${api.description} ${description}`, parameters: schemaJson(parameters) },
    },
  }))
