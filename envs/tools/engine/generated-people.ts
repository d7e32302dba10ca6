import type { Rng } from '../../../core/data/rng.ts'

const FIRST_NAMES = [
  ...['Ada', 'Bruno', 'Chiara', 'Dmitri', 'Elif', 'Farah', 'Goran', 'Hana', 'Ivan', 'Jun', 'Kofi', 'Lena', 'Mateo'],
  ...['Nadia', 'Omari', 'Priya', 'Quentin', 'Rosa', 'Sven', 'Tala', 'Umar', 'Vera', 'Wanda', 'Ximena', 'Yael', 'Zoran'],
] as const
const LAST_NAMES = [
  ...['Almeida', 'Berg', 'Castillo', 'Dogan', 'Eriksen', 'Ferrari', 'Gupta', 'Haddad', 'Ito', 'Jansen', 'Kovacs'],
  ...['Lindqvist', 'Mbeki', 'Novak', 'Okafor', 'Petrov', 'Quispe', 'Rahman', 'Sato', 'Tanaka', 'Usman', 'Vargas'],
] as const
const STREETS = [
  'Elm Avenue',
  'River Road',
  'Sunset Drive',
  'Oak Street',
  'Hill Lane',
  'Harbor Way',
  'Mill Road',
] as const
const CITIES = [
  { city: 'Denver', state: 'CO', zip: 80200 },
  { city: 'Austin', state: 'TX', zip: 78700 },
  { city: 'Seattle', state: 'WA', zip: 98100 },
  { city: 'Chicago', state: 'IL', zip: 60600 },
  { city: 'Boston', state: 'MA', zip: 2100 },
  { city: 'Phoenix', state: 'AZ', zip: 85000 },
] as const

/** A person with an id that no other has, made of the name and a number. */
export interface Person {
  readonly id: string
  readonly first_name: string
  readonly last_name: string
  readonly email: string
}

/** People whose ids differ. */
export function peopleOf(rng: Rng, count: number): readonly Person[] {
  const known = new Map<string, Person>()
  while (known.size < count) {
    const person = personOf(rng)
    known.set(person.id, person)
  }
  return [...known.values()]
}

function personOf(rng: Rng): Person {
  const [first_name, last_name] = [rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)]
  const name = `${first_name}_${last_name}`.toLowerCase()
  const number = rng.int(1000, 9999)
  return { id: `${name}_${number}`, first_name, last_name, email: `${name.replace('_', '.')}${number}@example.com` }
}

/** An address in the layout of tau-bench. */
export function addressOf(rng: Rng) {
  const { city, state, zip } = rng.choice(CITIES)
  return {
    address1: `${rng.int(10, 999)} ${rng.choice(STREETS)}`,
    address2: `Suite ${rng.int(100, 999)}`,
    city,
    country: 'USA',
    state,
    zip: `${zip + rng.int(0, 99)}`.padStart(5, '0'),
  }
}

/** Digits, the first not 0. */
export const digits = (rng: Rng, count: number): string =>
  `${rng.int(1, 9)}${Array.from({ length: count - 1 }, () => rng.int(0, 9)).join('')}`

/** A credit card among the ways of paying of tau-bench's users. */
export const creditCardOf = (rng: Rng) => ({
  source: 'credit_card' as const,
  brand: rng.choice(['visa', 'mastercard']),
  last_four: digits(rng, 4),
  id: `credit_card_${digits(rng, 7)}`,
})
