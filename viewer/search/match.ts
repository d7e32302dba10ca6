import { GymError } from '../../core/data/errors.ts'
import { nearOr } from '../../core/data/near.ts'
import type { Field, Subject } from './fields.ts'
import type { FieldTerm, Operator, Query } from './parse.ts'
import { Pattern } from './pattern.ts'

/** Whether a subject is one that was asked for. */
export type Predicate = (subject: Subject) => boolean

/** What names mean. */
export interface Meaning {
  readonly fields: ReadonlyMap<string, Field>
  /** Texts of a subject that a word is looked for in. */
  readonly textsOf: (subject: Subject) => readonly string[]
}

/** A query as a predicate. @throws GymError FRAME_INVALID which says at which character */
export function predicateOf(query: Query, meaning: Meaning): Predicate {
  if (query.kind === 'and' || query.kind === 'or') return joined(query.kind, query.parts, meaning)
  if (query.kind === 'not') {
    const part = predicateOf(query.part, meaning)
    return (subject) => !part(subject)
  }
  if (query.kind === 'word') {
    const pattern = containing(query.text)
    return (subject) => meaning.textsOf(subject).some((text) => pattern.test(text))
  }
  return comparison(query, meaning.fields)
}

function joined(kind: 'and' | 'or', parts: readonly Query[], meaning: Meaning): Predicate {
  const all = parts.map((part) => predicateOf(part, meaning))
  return kind === 'and'
    ? (subject) => all.every((each) => each(subject))
    : (subject) => all.some((each) => each(subject))
}

/** A text within others, whatever the case. */
export const containing = (text: string): RegExp => new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&'), 'iu')

/** Whether a query asks for steps: for a word, or a field that steps have. @throws GymError FRAME_INVALID */
export function asksForSteps(query: Query, fields: Meaning['fields']): boolean {
  if (query.kind === 'and' || query.kind === 'or') return query.parts.some((part) => asksForSteps(part, fields))
  if (query.kind === 'not') return asksForSteps(query.part, fields)
  return query.kind === 'word' || fieldOf(query, fields).isOfStep
}

/** Names of fields in a query, and in its values. */
export function namesIn(query: Query): readonly string[] {
  if (query.kind === 'and' || query.kind === 'or') return query.parts.flatMap(namesIn)
  if (query.kind === 'not') return namesIn(query.part)
  return query.kind === 'field' ? [query.field, query.value] : []
}

function fieldOf({ field, at }: FieldTerm, fields: Meaning['fields']): Field {
  const known = fields.get(field)
  if (known) return known
  const names = [...fields.keys()]
  throw invalid(
    at,
    `there is no field ${JSON.stringify(field)}: ${nearOr(field, names, `there are ${names.join(', ')}`)}`,
  )
}

const invalid = (at: number, what: string): GymError => new GymError('FRAME_INVALID', `character ${at + 1}: ${what}`)

function comparison(term: FieldTerm, fields: Meaning['fields']): Predicate {
  const field = fieldOf(term, fields)
  if (field.kind === 'text') return textComparison(term, field.of)
  if (field.kind === 'yes') return yesComparison(term, field.of)
  const other = fields.get(term.value)
  if (other?.kind === 'number' && term.operator === '!=') return contradiction(field.of, other.of, fields)
  return numberComparison(term, field.of)
}

type NumberOf = (subject: Subject) => number | null

/** Two numbers on different sides of 0; where one of them is the truth, a sure one. */
function contradiction(one: NumberOf, other: NumberOf, fields: Meaning['fields']): Predicate {
  const [truth, sure] = [fields.get('truth'), fields.get('sure')]
  const needsSure = truth?.of === one || truth?.of === other
  return (subject) => (one(subject) ?? 0) * (other(subject) ?? 0) < 0 && (!needsSure || sure?.of(subject) === true)
}

const COMPARE: Readonly<Record<Exclude<Operator, '~'>, (one: number, other: number) => boolean>> = {
  ':': (one, other) => one === other,
  '=': (one, other) => one === other,
  '!=': (one, other) => one !== other,
  '<': (one, other) => one < other,
  '<=': (one, other) => one <= other,
  '>': (one, other) => one > other,
  '>=': (one, other) => one >= other,
}

function numberComparison({ operator, value, field, at }: FieldTerm, of: NumberOf): Predicate {
  const isEqual = operator === ':' || operator === '='
  if (value === 'null' && (isEqual || operator === '!=')) return (subject) => (of(subject) === null) === isEqual
  const number = Number(value.replace('−', '-'))
  if (value.trim() === '' || !Number.isFinite(number))
    throw invalid(at, `${field} is a number: compare it with one, as in ${field}>0.5, or with null`)
  if (operator === '~') throw invalid(at, `${field} is a number: patterns are for texts`)
  const compare = COMPARE[operator]
  return (subject) => {
    const known = of(subject)
    return known !== null && compare(known, number)
  }
}

function textComparison(
  { operator, value, field, at }: FieldTerm,
  of: (subject: Subject) => readonly string[],
): Predicate {
  if (operator === '=') return (subject) => of(subject).includes(value)
  if (operator === '!=') return (subject) => !of(subject).includes(value)
  if (operator === '~') return patternComparison(value, at, of)
  if (operator !== ':') throw invalid(at, `${field} is a text: use ${field}:part, ${field}=whole or ${field}~pattern`)
  const pattern = containing(value)
  return (subject) => of(subject).some((text) => pattern.test(text))
}

function patternComparison(value: string, at: number, of: (subject: Subject) => readonly string[]): Predicate {
  const pattern = patternOf(value, at)
  return (subject) => of(subject).some((text) => pattern.test(text))
}

function patternOf(value: string, at: number): Pattern {
  try {
    return new Pattern(value)
  } catch (thrown) {
    throw thrown instanceof GymError ? invalid(at, thrown.message) : thrown
  }
}

const YES: Readonly<Record<string, boolean>> = { yes: true, true: true, no: false, false: false }

function yesComparison({ operator, value, field, at }: FieldTerm, of: (subject: Subject) => boolean | null): Predicate {
  const wanted = YES[value]
  if (wanted === undefined || !['=', ':', '!='].includes(operator))
    throw invalid(at, `${field} is yes or no: use ${field}:yes or ${field}:no`)
  return (subject) => {
    const known = of(subject)
    return known !== null && (known === wanted) === (operator !== '!=')
  }
}
