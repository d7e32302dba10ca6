import type { Fields } from '../fields.ts'
import { invalidField } from '../fields.ts'
import type { Column, Measures, MissingSignal } from '../measures.ts'

/** What a value is held against: a number, or a signal recorded beside it. */
export type Reference = number | string

export function readReference(fields: Fields, name: string): Reference {
  const value = fields.at(name)
  if (isReference(value)) return value
  throw invalidField(fields.path(name), EXPECTED, value)
}

export const readReferences = (fields: Fields, name: string): readonly Reference[] =>
  fields.list(name).map((item, at) => {
    if (isReference(item)) return item
    throw invalidField(`${fields.path(name)}[${at}]`, EXPECTED, item)
  })

const EXPECTED = 'a finite number or the name of a signal'

const isReference = (value: unknown): value is Reference =>
  (typeof value === 'number' && Number.isFinite(value)) || (typeof value === 'string' && value !== '')

/** Values against references: null where one of them is, with the reasons of all. */
export function against(
  columns: readonly Column[],
  references: readonly Reference[],
  combine: (value: number, references: readonly number[]) => number,
): readonly Column[] {
  return columns.map((column) => {
    const { values, missing } = column.measures
    const others = references.map((reference) => measuresOf(reference, column))
    const reasons: readonly MissingSignal[] = others.flatMap((other) => other.missing)
    const result = values.map((value, at) => {
      const beside = others.map((other) => other.values[at] ?? null).filter((other) => other !== null)
      return value === null || beside.length < references.length ? null : combine(value, beside)
    })
    return { ...column, measures: { values: result, missing: [...missing, ...reasons] } }
  })
}

const measuresOf = (reference: Reference, { measures, beside }: Column): Measures =>
  typeof reference === 'string' ? beside(reference) : { values: measures.values.map(() => reference), missing: [] }
