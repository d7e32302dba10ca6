import { GymError } from '../../../core/data/errors.ts'
import { type Key, keyOfSeed, parseSeed, type Seed } from '../../../core/data/rng.ts'
import { FAMILY_SIZE, type Family, memberOf, planFamily } from './family.ts'
import { type Product, productsOf } from './product.ts'
import { type RawEntry, rawEntryOf } from './raw-entry.ts'

export interface GenerateOptions {
  /** @default 0 */
  readonly seed?: Seed
  /** Number of products, from 20 to 2,000,000. @default 1000 */
  readonly size?: number
}

/** WebShop's three files, as JSON would hold them. */
export interface GeneratedFiles {
  readonly products: readonly RawEntry['product'][]
  readonly ins: Readonly<Record<string, RawEntry['ins']>>
  readonly humanIns: Readonly<Record<string, RawEntry['humanIns']>>
}

const DEFAULT_SIZE = 1000
const LARGEST_SIZE = 2_000_000

/**
 * An invented shop, one product at a time: product i is a function of the seed and i alone, so that a larger
 * catalogue starts with the smaller one, and no more than a family is held in memory. The one thing that depends on
 * the size: an incomplete last family has no instructions, as its products lack some of their near misses.
 * @throws GymError CONFIG_INVALID for a size out of range; SEED_INVALID.
 */
export function* generateEntries({ seed = 0, size = DEFAULT_SIZE }: GenerateOptions = {}): Generator<RawEntry> {
  for (const { family, length } of familiesOf(checked(size), keyOfSeed(parseSeed(seed))))
    yield* entriesOf(family, length, parseSeed(seed))
}

/** The same shop as products are used here. */
export function* generateProducts({ seed = 0, size = DEFAULT_SIZE }: GenerateOptions = {}): Generator<Product> {
  for (const { family, length } of familiesOf(checked(size), keyOfSeed(parseSeed(seed))))
    yield* productsOf(filesOf(entriesOf(family, length, parseSeed(seed))))
}

/** The same shop as WebShop's three files, whole and in memory. */
export const generateFiles = (options: GenerateOptions = {}): GeneratedFiles => filesOf(generateEntries(options))

function filesOf(entries: Iterable<RawEntry>): GeneratedFiles {
  const listed = [...entries]
  return {
    products: listed.map(({ product }) => product),
    ins: Object.fromEntries(listed.map(({ product, ins }) => [product.asin, ins])),
    humanIns: Object.fromEntries(
      listed.flatMap(({ product, humanIns }) => (humanIns.length === 0 ? [] : [[product.asin, humanIns]])),
    ),
  }
}

function* familiesOf(size: number, key: Key): Generator<{ family: Family; length: number }> {
  for (let first = 0; first < size; first += FAMILY_SIZE)
    yield { family: planFamily(key, first / FAMILY_SIZE), length: Math.min(FAMILY_SIZE, size - first) }
}

function* entriesOf(family: Family, length: number, seed: Seed): Generator<RawEntry> {
  const isComplete = length === FAMILY_SIZE
  for (let index = 0; index < length; index++) yield rawEntryOf(memberOf(family, index), seed, isComplete)
}

function checked(size: number): number {
  if (Number.isInteger(size) && size >= FAMILY_SIZE && size <= LARGEST_SIZE) return size
  const range = `a whole number from ${FAMILY_SIZE} to ${LARGEST_SIZE}`
  throw new GymError('CONFIG_INVALID', `${size} is not a catalogue size: give ${range}`)
}
