import type { Json } from '../../../core/data/types.ts'
import type { Database, Row } from '../engine/database.ts'
import type { Api } from './api.ts'
import { type MethodOfApi, methodsOf } from './apis/index.ts'
import { toStorage } from './python/storage.ts'
import { PyDict } from './python/value.ts'

/** Instances as a task starts with them; shared by all its episodes. */
export interface BfclWorld {
  readonly apis: readonly Api[]
  readonly methods: ReadonlyMap<string, MethodOfApi>
  /** A table for each class with state, a row for each attribute. */
  readonly database: Database
}

/**
 * Instances of classes, each loaded from its scenario.
 * @param isLong whether answers are filled up, as in BFCL's category `long_context`
 */
export function loadWorld(apis: readonly Api[], scenarios: PyDict, isLong: boolean): BfclWorld {
  const tables = apis.map((api) => [api.name, rowsOf(api, scenarios, isLong)] as const)
  return { apis, methods: methodsOf(apis), database: { tables: new Map(tables) } }
}

function rowsOf(api: Api, scenarios: PyDict, isLong: boolean): ReadonlyMap<string, Row> {
  const given = scenarios.get(api.name)
  const scenario = given instanceof PyDict ? given : new PyDict()
  const attributes = Object.entries(api.load?.(scenario, isLong) ?? {})
  const values = attributes.map(([name, value]) => [name, { value: toStorage(value) }] as const)
  const rows: Iterable<readonly [string, { readonly [field: string]: Json }]> = api.loadRows?.(scenario, isLong) ?? []
  return new Map([...values, ...rows])
}
