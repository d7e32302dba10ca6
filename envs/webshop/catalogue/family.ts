import { deriveKey, type Key, Rng } from '../../../core/data/rng.ts'
import type { ProductCategory } from './vocabulary/categories/category.ts'
import { CATEGORIES } from './vocabulary/categories/index.ts'
import type { OptionDimension } from './vocabulary/options.ts'
import { BRAND_ENDS, BRAND_STARTS, DEPARTMENTS, LINES } from './vocabulary/words.ts'

/** Products of a family: ten that shoppers are sent for, and for each a twin that costs too much. */
export const FAMILY_SIZE = 20
const ORDINARY_MEMBERS = FAMILY_SIZE / 2
const SHARED_ATTRIBUTES = 3

/** Attribute that distinguishes some members from the others. */
export interface Variant {
  readonly attribute: string
  /** Whether titles name it; else only the Features page does, and no search finds it. */
  readonly isInTitle: boolean
}

export interface OfferedOption {
  readonly dimension: OptionDimension
  readonly values: readonly string[]
}

export interface OptionGroup {
  readonly offers: readonly OfferedOption[]
  /** The one of them whose values no other group of the family offers. */
  readonly exclusive: OfferedOption
}

/**
 * Siblings of one brand line with all but equal titles. Its ordinary members are a grid of attribute variants by
 * option groups: each differs from every other in its row or column in exactly one thing, and from its twin in price.
 */
export interface Family {
  readonly index: number
  readonly key: Key
  readonly category: ProductCategory
  readonly brand: string
  readonly line: string
  readonly motif: string
  readonly setting: string
  readonly sharedAttributes: readonly string[]
  readonly variants: readonly Variant[]
  readonly groups: readonly OptionGroup[]
  /** Ordinary members cost 10 * priceTen + 0.50 to 9.99 dollars: each is below every price cap of the others. */
  readonly priceTen: number
  readonly hasPriceRanges: boolean
}

export interface Member {
  readonly family: Family
  readonly index: number
  readonly variant: Variant
  readonly group: OptionGroup
  readonly isTwin: boolean
}

/** A function of the seed's key and the family's number alone: the size of the catalogue has no say. */
export function planFamily(catalogueKey: Key, index: number): Family {
  const key = deriveKey(catalogueKey, index, 1)
  const rng = new Rng(key, 0)
  const category = categoryOf(catalogueKey, index)
  const { motifs, settings } = DEPARTMENTS[category.department]
  const shape = rng.choice(shapesOf(category))
  const attributes = rng.shuffle(category.attributes)
  return {
    index,
    key,
    category,
    brand: rng.choice(BRAND_STARTS) + rng.choice(BRAND_ENDS),
    line: rng.choice(LINES),
    motif: rng.choice(motifs),
    setting: rng.choice(settings),
    sharedAttributes: attributes.slice(0, SHARED_ATTRIBUTES),
    variants: planVariants(rng, attributes.slice(SHARED_ATTRIBUTES, SHARED_ATTRIBUTES + shape.variants)),
    groups: planGroups(rng, category, shape.groups),
    priceTen: rng.int(category.priceTens.low, category.priceTens.high),
    hasPriceRanges: rng.float() < 0.15,
  }
}

/** Every round of families visits each category once, in an order of its own. */
function categoryOf(catalogueKey: Key, index: number): ProductCategory {
  const round = Math.floor(index / CATEGORIES.length)
  const order = new Rng(deriveKey(catalogueKey, round, 2), 0).shuffle(CATEGORIES)
  return at(order, index % CATEGORIES.length)
}

interface Shape {
  readonly variants: number
  readonly groups: number
}

const MANY_VARIANTS: Shape = { variants: 5, groups: 2 }
const MANY_GROUPS: Shape = { variants: 2, groups: 5 }

const shapesOf = (category: ProductCategory): readonly Shape[] =>
  canSplit(category, MANY_GROUPS.groups).length > 0 ? [MANY_VARIANTS, MANY_VARIANTS, MANY_GROUPS] : [MANY_VARIANTS]

const canSplit = (category: ProductCategory, groups: number): readonly OptionDimension[] =>
  category.dimensions.filter((dimension) => dimension.values.length >= 2 * groups)

/** Three variants in five, or one in two, are named on the Features page only. */
function planVariants(rng: Rng, attributes: readonly string[]): readonly Variant[] {
  const hidden = Math.floor(attributes.length * 0.6)
  return rng.shuffle(attributes.map((attribute, place) => ({ attribute, isInTitle: place >= hidden })))
}

function planGroups(rng: Rng, category: ProductCategory, count: number): readonly OptionGroup[] {
  const exclusiveDimension = rng.choice(canSplit(category, count))
  const common = category.dimensions
    .filter((dimension) => dimension !== exclusiveDimension)
    .map((dimension) => ({ dimension, values: someInOrder(rng, dimension.values, rng.int(3, 5)) }))
  const values = rng.shuffle(exclusiveDimension.values)
  const perGroup = Math.min(MOST_EXCLUSIVE, Math.floor(values.length / count))
  return Array.from({ length: count }, (_, place) => {
    const exclusive = values.slice(perGroup * place, perGroup * (place + 1))
    const own: OfferedOption = { dimension: exclusiveDimension, values: exclusive }
    return { exclusive: own, offers: inDimensionOrder(category, [own, ...common]) }
  })
}
const MOST_EXCLUSIVE = 4

const inDimensionOrder = (category: ProductCategory, offers: readonly OfferedOption[]): readonly OfferedOption[] =>
  category.dimensions.flatMap((dimension) => offers.filter((offer) => offer.dimension === dimension))

function someInOrder(rng: Rng, values: readonly string[], count: number): readonly string[] {
  const chosen = new Set(rng.shuffle(values).slice(0, count))
  return values.filter((value) => chosen.has(value))
}

/** @param index from 0 to `FAMILY_SIZE - 1`; the second half are the twins of the first. */
export function memberOf(family: Family, index: number): Member {
  const cell = index % ORDINARY_MEMBERS
  return {
    family,
    index,
    variant: at(family.variants, cell % family.variants.length),
    group: at(family.groups, Math.floor(cell / family.variants.length)),
    isTwin: index >= ORDINARY_MEMBERS,
  }
}

/** Attributes of a member, first the one that distinguishes it from its siblings. */
export const attributesOf = ({ family, variant }: Member): readonly string[] => [
  variant.attribute,
  ...family.sharedAttributes,
]

/** A stream of one member's own; `purpose` keeps its uses apart. */
export const memberRng = ({ family, index }: Member, purpose: number): Rng =>
  new Rng(deriveKey(family.key, index, purpose), 0)

function at<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new RangeError(`no item ${index} of ${items.length}`)
  return item
}
