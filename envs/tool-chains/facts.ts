import type { Rng } from '../../core/data/rng.ts'

/** What a lookup answers: names of others, and numbers. */
export type Entry = Readonly<Record<string, string | number>>

/** Kinds of things, each of which a tool of its name looks up. */
export const KINDS = ['person', 'company', 'city'] as const
export type Kind = (typeof KINDS)[number]

/** An invented world: entries by kind and name. */
export type Facts = Readonly<Record<Kind, ReadonlyMap<string, Entry>>>

/** Fields of each kind: which name others, and which are numbers. */
export const FIELDS = {
  person: { links: { employer: 'company', city: 'city' }, numbers: ['born', 'salary'] },
  company: { links: { city: 'city' }, numbers: ['founded', 'staff'] },
  city: { links: {}, numbers: ['founded', 'population'] },
} as const satisfies Readonly<Record<Kind, { links: Readonly<Record<string, Kind>>; numbers: readonly string[] }>>

const SIZES = { person: 48, company: 20, city: 12 } as const

/** People work for companies, and both are in cities. Names are invented, each once. */
export function drawFacts(rng: Rng): Facts {
  const [people, companies, cities] = [
    names(rng, SIZES.person, (name, other) => `${name} ${other}`),
    names(rng, SIZES.company, (name, other) => `${name} & ${other}`),
    names(rng, SIZES.city, (name) => name),
  ]
  return {
    person: entriesOf(people, () => ({
      employer: rng.choice(companies),
      city: rng.choice(cities),
      born: rng.int(1940, 2004),
      salary: 1000 * rng.int(18, 160),
    })),
    company: entriesOf(companies, () => ({
      city: rng.choice(cities),
      founded: rng.int(1850, 2015),
      staff: rng.int(5, 4000),
    })),
    city: entriesOf(cities, () => ({ founded: rng.int(900, 1800), population: 100 * rng.int(40, 9000) })),
  }
}

const entriesOf = (all: readonly string[], draw: () => Entry): ReadonlyMap<string, Entry> =>
  new Map(all.map((name) => [name, draw()]))

const STARTS = ['Bra', 'Del', 'Fen', 'Gor', 'Hal', 'Kas', 'Lum', 'Mor', 'Nev', 'Pel', 'Ras', 'Sol', 'Tam', 'Vor']
const ENDS = ['dan', 'lia', 'mer', 'nox', 'rin', 'sta', 'ton', 'vel', 'wick', 'zar']

function names(rng: Rng, count: number, put: (name: string, other: string) => string): readonly string[] {
  const found = new Set<string>()
  while (found.size < count) found.add(put(syllables(rng), syllables(rng)))
  return [...found]
}

const syllables = (rng: Rng): string => rng.choice(STARTS) + rng.choice(ENDS)
