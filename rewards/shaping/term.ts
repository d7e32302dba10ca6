import { aggregated } from './aggregate.ts'
import { type GateState, gateState } from './gate.ts'
import type { Column, Measures, Subject } from './measures.ts'
import type { Term } from './recipe.ts'
import { factorAt } from './schedule.ts'
import { applyTransform } from './transforms/index.ts'

/** What a term adds to each subject: a value a step or, with an aggregate, one of the whole. */
export function termParts(term: Term, subjects: readonly Subject[], progress: number): readonly Measures[] {
  const factor = term.schedule ? factorAt(term.schedule, progress) : 1
  if (factor === 0) return subjects.map((subject) => constant(term, subject, 0))
  const gates = new Map(subjects.map((subject) => [subject, gateState(term.gate, subject)]))
  const open = subjects.filter((subject) => gates.get(subject)?.isOpen)
  const paid = new Map(columnsOf(term, open).map(({ subject, measures }) => [subject, measures]))
  return subjects.map((subject) => {
    const measures = paid.get(subject)
    return measures ? weighted(measures, term.weight * factor) : unpaid(term, subject, gates.get(subject))
  })
}

function columnsOf(term: Term, subjects: readonly Subject[]): readonly Column[] {
  const { signal, aggregate, transforms = [], afterwards = [] } = term
  const raw = transforms.reduce(
    applyTransform,
    subjects.map((subject) => columnOf(term, subject)),
  )
  if (aggregate === undefined || aggregate === 'outcome') return raw
  return afterwards.reduce(
    applyTransform,
    raw.map((column) => aggregated(column, signal, aggregate)),
  )
}

function columnOf({ signal, aggregate }: Term, subject: Subject): Column {
  const beside = (other: string): Measures => (aggregate === 'outcome' ? subject.outcome(other) : subject.steps(other))
  return { subject, measures: beside(signal), beside }
}

const weighted = ({ values, missing }: Measures, weight: number): Measures => ({
  values: values.map((value) => (value === null ? null : weight * value)),
  missing,
})

const unpaid = (term: Term, subject: Subject, gate: GateState | undefined): Measures =>
  gate?.isOpen === null
    ? { values: constant(term, subject, null).values, missing: gate.missing }
    : constant(term, subject, 0)

const constant = ({ aggregate }: Term, { indexes }: Subject, value: number | null): Measures => ({
  values: aggregate === undefined ? indexes.map(() => value) : [value],
  missing: [],
})
