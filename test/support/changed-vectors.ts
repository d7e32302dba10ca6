export interface Change {
  readonly path: string
  readonly changed: unknown
}

/** A copy of a JSON value for each thing in it that can be wrong: every leaf changed, every field gone, one added. */
export function changesOf(value: unknown, path = ''): readonly Change[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => itemChanges(value, item, index, path))
  if (typeof value === 'object' && value !== null) return fieldChanges(value, path)
  return [{ path, changed: changedLeaf(value) }]
}

const itemChanges = (items: readonly unknown[], item: unknown, index: number, path: string): readonly Change[] =>
  changesOf(item, `${path}[${index}]`).map((change) => ({ ...change, changed: items.with(index, change.changed) }))

const fieldChanges = (object: object, path: string): readonly Change[] => [
  { path: `${path}.added`, changed: { ...object, added: 1 } },
  ...Object.entries(object).flatMap(([name, value]) => [
    { path: `${path}.${name} (gone)`, changed: without(object, name) },
    ...changesOf(value, `${path}.${name}`).map(({ path: at, changed }) => ({
      path: at,
      changed: { ...object, [name]: changed },
    })),
  ]),
]

const without = (object: object, name: string): object =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name))

function changedLeaf(value: unknown): unknown {
  if (typeof value === 'boolean') return !value
  if (typeof value === 'number') return value === 0 ? 1 : 0
  return value === '' ? 'changed' : ''
}
