import type { ParquetWriter } from 'hyparquet-writer'

type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number]

/** What a column holds: texts, numbers and flags, or lists of numbers. Each may be null. */
export type ColumnKind = 'text' | 'flag' | 'int32' | 'uint64' | 'double' | 'int32s' | 'doubles'

/** Value of one row in one column. */
export type Cell = string | boolean | number | bigint | readonly (number | null)[] | null

/** Column of a file, with how a row is read for it. */
export interface Column<Row> {
  readonly name: string
  readonly kind: ColumnKind
  value(row: Row): Cell
}

const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const
const LEAVES = {
  text: TEXT,
  flag: { type: 'BOOLEAN' },
  int32: { type: 'INT32' },
  uint64: { type: 'INT64', converted_type: 'UINT_64' },
  double: { type: 'DOUBLE' },
  int32s: { type: 'INT32' },
  doubles: { type: 'DOUBLE' },
} as const satisfies Readonly<Record<ColumnKind, Partial<SchemaElement>>>

/** The schema of a file: lists have the three levels that the format asks for, so that readers see lists. */
export const schemaOf = (columns: readonly Pick<Column<never>, 'name' | 'kind'>[]): SchemaElement[] => [
  { name: 'schema', num_children: columns.length },
  ...columns.flatMap(({ name, kind }) => (isList(kind) ? listOf(name, kind) : [leafOf(name, kind)])),
]

export const isList = (kind: ColumnKind): kind is 'int32s' | 'doubles' => kind === 'int32s' || kind === 'doubles'

const leafOf = (name: string, kind: ColumnKind): SchemaElement => ({
  name,
  repetition_type: 'OPTIONAL',
  ...LEAVES[kind],
})

const listOf = (name: string, kind: ColumnKind): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', logical_type: { type: 'LIST' }, num_children: 1 },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  leafOf('element', kind),
]
