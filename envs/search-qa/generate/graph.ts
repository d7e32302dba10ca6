import type { Rng } from '../../../core/data/rng.ts'
import { Names } from './names.ts'

export const KINDS = ['person', 'city', 'country', 'river', 'company', 'book', 'prize'] as const
export type Kind = (typeof KINDS)[number]

/** A relation with one value for each entity of a kind. */
export interface Relation {
  readonly name: string
  readonly from: Kind
  readonly to: Kind
  /** Sentence of the article on the first: `{x}` is the entity, `{y}` its value. */
  readonly sentence: string
}

/** How a question names the value: `the NAME of X`. */
export const RELATIONS: readonly Relation[] = [
  { name: 'birthplace', from: 'person', to: 'city', sentence: '{x} was born in {y}.' },
  { name: 'employer', from: 'person', to: 'company', sentence: 'For most of a long career {x} worked for {y}.' },
  { name: 'teacher', from: 'person', to: 'person', sentence: 'As a student {x} was taught by {y}.' },
  { name: 'country', from: 'city', to: 'country', sentence: '{x} lies in {y}.' },
  { name: 'founder', from: 'city', to: 'person', sentence: 'The first houses of {x} were built by {y}.' },
  { name: 'river', from: 'city', to: 'river', sentence: 'The river {y} flows through {x}.' },
  { name: 'capital', from: 'country', to: 'city', sentence: 'The government of {x} sits in {y}.' },
  { name: 'neighbour', from: 'country', to: 'country', sentence: '{x} shares its only border with {y}.' },
  { name: 'source', from: 'river', to: 'country', sentence: 'The {x} rises in the hills of {y}.' },
  { name: 'seat', from: 'company', to: 'city', sentence: 'The offices of {x} are in {y}.' },
  { name: 'owner', from: 'company', to: 'person', sentence: '{x} belongs to {y}.' },
  { name: 'author', from: 'book', to: 'person', sentence: '{x} was written by {y}.' },
  { name: 'setting', from: 'book', to: 'city', sentence: 'The story of {x} takes place in {y}.' },
  { name: 'first winner', from: 'prize', to: 'person', sentence: '{x} was first awarded to {y}.' },
  { name: 'sponsor', from: 'prize', to: 'company', sentence: 'The money for {x} comes from {y}.' },
]

/** Shares of the kinds, of 20. */
const SHARES: Readonly<Record<Kind, number>> = {
  person: 6,
  city: 4,
  country: 2,
  river: 2,
  company: 2,
  book: 3,
  prize: 1,
}

export interface Entity {
  readonly name: string
  readonly kind: Kind
  /** Positions of its values, in the order of the relations of its kind. */
  readonly values: readonly number[]
}

export const relationsOf = (kind: Kind): readonly Relation[] => RELATIONS.filter(({ from }) => from === kind)

/** Draws a graph of this many entities, with every relation of each. */
export function drawGraph(rng: Rng, size: number): readonly Entity[] {
  const names = new Names(rng)
  const kinds = KINDS.flatMap((kind) => Array.from({ length: countOf(kind, size) }, () => kind))
  const ofKind = (kind: Kind): readonly number[] => [...kinds.keys()].filter((at) => kinds[at] === kind)
  const members = new Map(KINDS.map((kind) => [kind, ofKind(kind)]))
  return kinds.map((kind, at) => ({
    name: drawName(names, rng, kind),
    kind,
    values: relationsOf(kind).map(({ to }) => rng.choice((members.get(to) ?? []).filter((other) => other !== at))),
  }))
}

/** Two of each at least, so that nothing is its own neighbour. */
const countOf = (kind: Kind, size: number): number => Math.max(2, Math.round((size * SHARES[kind]) / 20))

function drawName(names: Names, rng: Rng, kind: Kind): string {
  switch (kind) {
    case 'person':
      return `${names.word()} ${names.word()}`
    case 'country':
      return names.word('ia')
    case 'company':
      return `${names.word()} ${rng.choice(['Works', 'Mills', 'Trading', 'Press'])}`
    case 'book':
      return `The ${rng.choice(['Winter', 'Road', 'House', 'Garden', 'Last Day', 'Letters'])} of ${names.word()}`
    case 'prize':
      return `${names.word()} Prize`
    default:
      return names.word()
  }
}
