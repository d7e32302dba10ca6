import { OptionReader } from '../../core/data/option-reader.ts'
import { type OptionRanges, SEED_RANGE } from '../../core/data/options.ts'
import { parseSeed, type Seed } from '../../core/data/rng.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import type { CatalogueFiles } from './catalogue/load.ts'
import type { GoalKind } from './goals/demand.ts'
import { MOST_SEARCHES } from './session/searches.ts'

const PROFILES = ['default', 'reference'] as const
const GOAL_KINDS = ['synthetic', 'human'] as const
const OBSERVATIONS = ['text', 'text_rich', 'html', 'url'] as const
const REWARDS = ['webshop', 'verl-agent'] as const
const HISTORIES = ['kept', 'none'] as const

export interface GeneratedCatalogue {
  /** Number of products, from 20 to 100,000. */
  readonly products: number
  readonly seed: Seed
}

/** What the web shop is opened with. */
export interface ShopOptions {
  /** `reference` is WebShop bug for bug; `default` fixes its defects. */
  readonly profile: (typeof PROFILES)[number]
  readonly goals: GoalKind
  readonly catalogue: { readonly generated: GeneratedCatalogue } | CatalogueFiles
  /** What agents act on; the other forms stay views of the same state. */
  readonly observation: (typeof OBSERVATIONS)[number]
  /** WebShop's reward from 0 to 1, or verl-agent's: 10 for a perfect purchase, else 0. */
  readonly reward: (typeof REWARDS)[number]
  /** How many searches are listed where there is a search bar. Any other may be made. */
  readonly searches: number
  /** `none` forgets which products were opened and in which order options were chosen: then states are few. */
  readonly history: (typeof HISTORIES)[number]
  /** Seed of prices and price caps, in both profiles. */
  readonly priceSeed: Seed
  /** Seed of the order of goals, in the reference profile: 233 is WebShop's own. */
  readonly orderSeed: Seed
}

export const DEFAULT_OPTIONS = {
  profile: 'default',
  goals: 'synthetic',
  catalogue: { generated: { products: 1000, seed: 0 } },
  observation: 'text',
  reward: 'webshop',
  searches: 1,
  history: 'kept',
  priceSeed: 0,
  orderSeed: 233,
} as const

/** A generated catalogue of the largest size takes 3 GB and some minutes; a folder is as large as its files. */
export const RANGES: OptionRanges = {
  'catalogue.generated.products': [1, 100_000],
  'catalogue.generated.seed': SEED_RANGE,
  'catalogue.limit': [1, 10_000_000],
  searches: [1, MOST_SEARCHES],
  priceSeed: SEED_RANGE,
  orderSeed: SEED_RANGE,
}

const read = new OptionReader('the web shop')

/** @throws GymError CONFIG_INVALID naming the option, SEED_INVALID */
export function shopOptions(options: JsonObject): ShopOptions {
  return {
    profile: read.oneOf('profile', PROFILES, options.profile),
    goals: read.oneOf('goals', GOAL_KINDS, options.goals),
    catalogue: catalogueOption(options.catalogue),
    observation: read.oneOf('observation', OBSERVATIONS, options.observation),
    reward: read.oneOf('reward', REWARDS, options.reward),
    searches: read.whole('searches', options.searches, 1, MOST_SEARCHES),
    history: read.oneOf('history', HISTORIES, options.history),
    priceSeed: parseSeed(options.priceSeed),
    orderSeed: parseSeed(options.orderSeed),
  }
}

function catalogueOption(value: Json | undefined): ShopOptions['catalogue'] {
  if (!isObject(value)) throw read.wrong('catalogue', '{ "generated": { ... } } or { "folder": "..." }', value)
  const { generated, folder } = value
  if ((generated === undefined) === (folder === undefined))
    throw read.wrong('catalogue', 'either "generated" or "folder"', value)
  return generated === undefined ? filesOption(value) : { generated: generatedOption(generated, value) }
}

function generatedOption(generated: Json, catalogue: JsonObject): GeneratedCatalogue {
  expectNames('catalogue', catalogue, ['generated'])
  if (!isObject(generated)) throw read.wrong('catalogue.generated', '{ "products": ..., "seed": ... }', generated)
  expectNames('catalogue.generated', generated, ['products', 'seed'])
  const { products, seed } = { ...DEFAULT_OPTIONS.catalogue.generated, ...generated }
  return { products: read.whole('catalogue.generated.products', products, 1), seed: parseSeed(seed) }
}

function filesOption(catalogue: JsonObject): CatalogueFiles {
  const { folder, products, ins, humanIns, limit } = catalogue
  expectNames('catalogue', catalogue, ['folder', 'products', 'ins', 'humanIns', 'limit'])
  return {
    folder: read.text('catalogue.folder', folder),
    ...(products !== undefined && { products: read.text('catalogue.products', products) }),
    ...(ins !== undefined && { ins: read.text('catalogue.ins', ins) }),
    ...(humanIns !== undefined && { humanIns: read.text('catalogue.humanIns', humanIns) }),
    ...(limit !== undefined && { limit: read.whole('catalogue.limit', limit, 1) }),
  }
}

function expectNames(owner: string, value: JsonObject, known: readonly string[]): void {
  const foreign = Object.keys(value).find((name) => !known.includes(name))
  if (foreign !== undefined) throw read.wrong(owner, `an object of ${known.join(', ')}`, value)
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
