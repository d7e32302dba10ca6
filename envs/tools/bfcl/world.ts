import type { Json } from '../../../core/data/types.ts'
import type { Database, Row } from '../engine/database.ts'
import type { Api } from './api.ts'
import { type MethodOfApi, methodsOf } from './apis/index.ts'
import type { Filler } from './long-context/index.ts'
import { toStorage } from './python/storage.ts'
import { PyDict } from './python/value.ts'

/** Instances as a task starts with them; shared by all its episodes. */
export interface BfclWorld {
  readonly apis: readonly Api[]
  readonly methods: ReadonlyMap<string, MethodOfApi>
  /** A table for each class with state, a row for each attribute. */
  readonly database: Database
  /** What answers are filled up with; null if they are not. */
  readonly filler: Filler | null
}

/**
 * Instances of classes, each loaded from its scenario.
 * @param filler what answers are filled up with, as in BFCL's category `long_context`; null if they are not
 */
export function loadWorld(apis: readonly Api[], scenarios: PyDict, filler: Filler | null): BfclWorld {
  const tables = apis.map((api) => [api.name, rowsOf(api, scenarios, filler)] as const)
  return { apis, methods: methodsOf(apis), database: { tables: new Map(tables) }, filler }
}

function rowsOf(api: Api, scenarios: PyDict, filler: Filler | null): ReadonlyMap<string, Row> {
  const given = scenarios.get(api.name)
  const scenario = given instanceof PyDict ? given : new PyDict()
  const attributes = Object.entries(api.load?.(scenario, filler) ?? {})
  const values = attributes.map(([name, value]) => [name, { value: toStorage(value) }] as const)
  const rows: Iterable<readonly [string, { readonly [field: string]: Json }]> = api.loadRows?.(scenario, filler) ?? []
  return new Map([...values, ...rows])
}
