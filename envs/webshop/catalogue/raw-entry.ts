import { keyOfSeed, type Seed } from '../../../core/data/rng.ts'
import { attributesOf, FAMILY_SIZE, type Member, memberRng } from './family.ts'
import { findingRequest, type Request, requestsFor } from './instructions.ts'
import { describeMember } from './product-text.ts'
import { DEPARTMENTS } from './vocabulary/words.ts'

/** A record of WebShop's items_shuffle file, with the fields that its loader reads and the common ones it drops. */
export interface RawProduct {
  readonly name: string
  readonly product_information: Readonly<Record<string, string>>
  readonly brand: string
  readonly full_description: string
  readonly pricing: string
  readonly availability_status: string
  readonly images: readonly string[]
  readonly product_category: string
  readonly small_description: readonly string[]
  readonly customization_options: Readonly<Record<string, readonly RawOption[]>>
  readonly asin: string
  readonly category: string
  readonly query: string
}

export interface RawOption {
  readonly is_selected: boolean
  readonly is_available: boolean
  readonly value: string
  readonly price_string: string
  readonly price: number
  readonly image: string | null
  readonly asin: string
}

/** An entry of items_ins_v2. */
export interface RawIns {
  readonly attributes: readonly string[]
  readonly instruction?: string
  readonly instruction_attributes?: readonly string[]
}

/** An instruction of items_human_ins. */
export interface RawHumanIns {
  readonly asin: string
  readonly instruction: string
  readonly attributes: readonly string[]
  readonly options: readonly string[]
  readonly instruction_attributes: readonly string[]
  readonly instruction_options: readonly string[]
}

/** All that WebShop's three files say of one product. */
export interface RawEntry {
  readonly product: RawProduct
  readonly ins: RawIns
  /** Empty for products without a goal. */
  readonly humanIns: readonly RawHumanIns[]
}

const PRICE_STREAM = 4
const REQUESTS_PER_PRODUCT = 4

/** @param hasInstructions whether ordinary members get any; twins never do. */
export function rawEntryOf(member: Member, seed: Seed, hasInstructions: boolean): RawEntry {
  const asin = asinOf(seed, member.family.index * FAMILY_SIZE + member.index)
  const attributes = attributesOf(member)
  if (member.isTwin || !hasInstructions)
    return { product: rawProductOf(member, asin), ins: { attributes }, humanIns: [] }
  const finding = findingRequest(member)
  return {
    product: rawProductOf(member, asin),
    ins: { attributes, instruction: finding.text, instruction_attributes: finding.attributes },
    humanIns: requestsFor(member, REQUESTS_PER_PRODUCT).map((request) => humanInsOf(request, asin, attributes)),
  }
}

function rawProductOf(member: Member, asin: string): RawProduct {
  const { category, brand } = member.family
  const { title, description, bullets } = describeMember(member)
  return {
    name: title,
    product_information: { ASIN: asin },
    brand: `Brand: ${brand}`,
    full_description: description,
    pricing: pricingOf(member),
    availability_status: 'In Stock.',
    images: [imageOf(asin)],
    product_category: category.path,
    small_description: bullets,
    customization_options: Object.fromEntries(
      member.group.offers.map(({ dimension, values }) => [
        dimension.name,
        values.map((value) => optionOf(value, asin)),
      ]),
    ),
    asin,
    category: DEPARTMENTS[category.department].category,
    query: category.query,
  }
}

const optionOf = (value: string, asin: string): RawOption => ({
  is_selected: false,
  is_available: true,
  value,
  price_string: '',
  price: 0,
  image: imageOf(`${asin}-${value.replaceAll(' ', '-')}`),
  asin,
})

const imageOf = (name: string): string => `https://images.example/${name}.jpg`

/**
 * An ordinary price ends below the next ten dollars, a twin's lies above the fourth: the caps that WebShop draws for
 * an ordinary price are the four tens above it, or rather the second to the fourth.
 */
function pricingOf(member: Member): string {
  const rng = memberRng(member, PRICE_STREAM)
  const { priceTen, hasPriceRanges } = member.family
  const low = member.isTwin
    ? 1000 * (priceTen + 4) + rng.int(150, 150 + 600 * priceTen)
    : 1000 * priceTen + rng.int(50, 989)
  const high = member.isTwin ? low + rng.int(100, 900) : rng.int(low + 10, 1000 * priceTen + 999)
  return hasPriceRanges ? `${dollars(low)}${dollars(high)}` : dollars(low)
}

const dollars = (cents: number): string => `$${(cents / 100).toFixed(2)}`

const humanInsOf = (request: Request, asin: string, attributes: readonly string[]): RawHumanIns => ({
  asin,
  instruction: request.text,
  attributes,
  options: request.options.map(({ dimension, value }) => `${dimension}: ${value}`),
  instruction_attributes: request.attributes,
  instruction_options: request.options.map(({ value }) => value),
})

const DIGITS = 36 ** 6
const FACTOR = 1_540_483_477

/**
 * Ten letters and digits: different for different positions (the factor is prime to 36^6, which no position reaches),
 * in an order that says nothing about families, since the shop shows equal matches by ASIN.
 */
function asinOf(seed: Seed, position: number): string {
  const { word0, word1 } = keyOfSeed(seed)
  const offset = ((word0 >>> 0) + 31 * (word1 >>> 0)) % DIGITS
  const mixed = ((((position + 1) * FACTOR) % DIGITS) + offset) % DIGITS
  return `B0GN${mixed.toString(36).toUpperCase().padStart(6, '0')}`
}
