import type { Fields } from '../fields.ts'
import { invalidField } from '../fields.ts'
import type { Column, Measures, MissingSignal } from '../measures.ts'

/** What a value is held against: a number, or a signal recorded beside it. */
export type Reference = number | string

export function readReference(fields: Fields, name: string): Reference {
  return isReference(fields.at(name)) ? toReference(fields.at(name)) : fail(fields.path(name), fields.at(name))
}

export const readReferences = (fields: Fields, name: string): readonly Reference[] =>
  fields.list(name).map((item, at) => (isReference(item) ? item : fail(`${fields.path(name)}[${at}]`, item)))

const isReference = (value: unknown): value is Reference =>
  (typeof value === 'number' && Number.isFinite(value)) || (typeof value === 'string' && value !== '')

const toReference = (value: unknown): Reference => (isReference(value) ? value : 0)

const fail = (path: string, value: unknown): never => {
  throw invalidField(path, 'a finite number or the name of a signal', value)
}

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
