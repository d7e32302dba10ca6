import { createHash } from 'node:crypto'
import type { Seed } from '../../core/data/rng.ts'
import { generateProducts } from './catalogue/generate.ts'
import { loadProducts } from './catalogue/load.ts'
import type { Product } from './catalogue/product.ts'
import { fixedGoals } from './goals/fixed.ts'
import type { Goal, PricedGoals } from './goals/goal.ts'
import { PAPER_SPLITS, referenceGoals, VERL_AGENT_SPLITS } from './goals/reference.ts'
import { splitGoals } from './goals/splits.ts'
import { openShop } from './open.ts'
import type { ShopOptions } from './options.ts'
import { loadTagger } from './reward/nouns.ts'
import { DEFAULT_RULES, REFERENCE_RULES } from './session/rules.ts'
import type { Shop } from './shop.ts'

/** An opened shop with what its options say of episodes. */
export interface ShopResources {
  readonly shop: Shop
  readonly options: ShopOptions
  /** Positions of goals, by split; no split is empty. */
  readonly splits: Readonly<Record<string, readonly number[]>>
  /** Digest of everything that the products consist of. */
  readonly digest: string
}

/** @throws GymError CATALOGUE_INVALID, CONFIG_INVALID */
export async function openResources(options: ShopOptions): Promise<ShopResources> {
  const products = productsFor(options)
  const isReference = options.profile === 'reference'
  const priced = pricedGoals(products, options)
  const rules = isReference ? REFERENCE_RULES : DEFAULT_RULES
  const shop = openShop({ products, ...priced, tagger: await loadTagger(), rules })
  const splits = isReference ? referenceSplits(priced.goals, options) : contentSplits(priced.goals)
  return { shop, options, splits: withoutEmpty(splits), digest: digestOf(products) }
}

function productsFor({ catalogue }: ShopOptions): readonly Product[] {
  if (!('generated' in catalogue)) return loadProducts(catalogue)
  const { products: size, seed } = catalogue.generated
  return [...generateProducts({ size, seed })]
}

const pricedGoals = (
  products: readonly Product[],
  { profile, goals, priceSeed, orderSeed }: ShopOptions,
): PricedGoals =>
  profile === 'default'
    ? fixedGoals(products, goals, priceSeed)
    : referenceGoals(products, goals, { seedBeforeLoad: exact(priceSeed), orderSeed: exact(orderSeed) })

/** Seeds above 2^53 - 1 come as digits. */
const exact = (seed: Seed): number | bigint => (typeof seed === 'number' ? seed : BigInt(seed))

type Splits = Readonly<Record<string, readonly number[]>>

function contentSplits(goals: readonly Goal[]): Splits {
  const positions = new Map(goals.map((goal, position) => [goal, position]))
  const named = Object.entries(splitGoals(goals)).map(([name, members]: [string, readonly Goal[]]) => [
    name,
    members.map((goal) => positions.get(goal) ?? 0),
  ])
  return Object.fromEntries(named)
}

/** The paper's splits of human goals; verl-agent's of synthetic ones. */
function referenceSplits({ length }: readonly Goal[], { goals }: ShopOptions): Splits {
  const ranges = Object.entries(goals === 'human' ? PAPER_SPLITS : VERL_AGENT_SPLITS)
  const positions = Array.from({ length }, (_, position) => position)
  return Object.fromEntries(ranges.map(([name, { start, end }]) => [name, positions.slice(start, end)]))
}

const withoutEmpty = (splits: Splits): Splits =>
  Object.fromEntries(Object.entries(splits).filter(([, positions]) => positions.length > 0))

function digestOf(products: readonly Product[]): string {
  const digest = createHash('sha256')
  for (const product of products) digest.update(`${JSON.stringify(product)}\n`)
  return digest.digest('hex')
}
