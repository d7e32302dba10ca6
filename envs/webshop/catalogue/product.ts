import { pythonFloat } from '../../../core/cpython/repr.ts'
import { pythonLower, pythonStrip } from '../../../core/cpython/text.ts'
import { shown } from '../../../core/data/shown.ts'
import { Fields, invalid, isObject } from './fields.ts'

/** What a person wrote who was asked to describe a product to buy. */
export interface HumanInstruction {
  readonly instruction: string
  readonly attributes: readonly string[]
  readonly options: readonly string[]
}

/** A product of the shop, as `load_products` of WebShop leaves it. Prices are in dollars. */
export interface Product {
  readonly asin: string
  readonly title: string
  readonly description: string
  readonly bulletPoints: readonly string[]
  readonly attributes: readonly string[]
  /** Values to choose from, by option name; both in lower case. */
  readonly options: Readonly<Record<string, readonly string[]>>
  /** Address of the image that shows an option value; null if there is none. */
  readonly optionToImages: Readonly<Record<string, string | null>>
  /** One price, or the two ends of a range. */
  readonly pricing: readonly number[]
  /** The price as the pages show it, such as `$5.0 to $9.5`. */
  readonly priceLabel: string
  readonly query: string
  readonly category: string
  /** Path of categories, joined by `›`. */
  readonly productCategory: string
  readonly mainImage: string
  /** The synthetic instruction; null where the product has none. */
  readonly instructionText: string | null
  readonly instructionAttributes: readonly string[]
  readonly instructions: readonly HumanInstruction[]
}

/** The three files of a WebShop catalogue: products, attributes with synthetic instructions, human instructions. */
export interface RawCatalogue {
  readonly products: Iterable<unknown>
  readonly ins: Readonly<Record<string, unknown>>
  readonly humanIns: Readonly<Record<string, unknown>>
}

export interface ProductOptions {
  /** Records of the products file to read, counted before any is skipped. @default all */
  readonly limit?: number
  /** What errors call the three files. */
  readonly names?: { readonly products: string; readonly ins: string; readonly humanIns: string }
}

/** ASINs have ten characters; WebShop passes over records with longer ones, and over those whose ASIN is `nan`. */
const LONGEST_ASIN = 10
const DEFAULT_PRICE = 100
const NAMES = { products: 'products', ins: 'ins', humanIns: 'humanIns' }

/**
 * WebShop's `load_products`: of records with the same ASIN the first counts, malformed ASINs are passed over.
 * @throws GymError CATALOGUE_INVALID naming file, record and field.
 */
export function productsOf(raw: RawCatalogue, { limit = Infinity, names = NAMES }: ProductOptions = {}): Product[] {
  const products = new Map<string, Product>()
  let position = 0
  for (const record of raw.products) {
    if (position >= limit) break
    const fields = new Fields(record, `${names.products}: record ${position++}`)
    const asin = fields.text('asin')
    if (asin === 'nan' || [...asin].length > LONGEST_ASIN || products.has(asin)) continue
    products.set(
      asin,
      productOf(asin, new Fields(record, `${names.products}: record ${position - 1} (${asin})`), raw, names),
    )
  }
  return [...products.values()]
}

function productOf(asin: string, fields: Fields, raw: RawCatalogue, names: typeof NAMES): Product {
  return {
    asin,
    title: fields.text('name'),
    description: fields.text('full_description'),
    bulletPoints: bulletPointsOf(fields),
    ...pricesOf(fields),
    ...optionsOf(fields),
    query: pythonStrip(pythonLower(fields.text('query'))),
    category: fields.text('category'),
    productCategory: fields.text('product_category'),
    mainImage: firstImageOf(fields),
    ...attributesOf(asin, raw.ins, names.ins),
    instructions: instructionsOf(asin, raw.humanIns, names.humanIns),
  }
}

const bulletPointsOf = (fields: Fields): readonly string[] =>
  Array.isArray(fields.get('small_description'))
    ? fields.texts('small_description')
    : [fields.text('small_description')]

function firstImageOf(fields: Fields): string {
  const first = fields.list('images')[0]
  return typeof first === 'string' ? first : fields.fail('images', 'a list that starts with an address')
}

function pricesOf(fields: Fields): Pick<Product, 'pricing' | 'priceLabel'> {
  const text = fields.optionalText('pricing')
  if (!text) return { pricing: [DEFAULT_PRICE], priceLabel: `$${pythonFloat(DEFAULT_PRICE)}` }
  const amounts = text
    .split('$')
    .slice(1)
    .map((amount) => amount.replace(/[^\d.]/g, ''))
  if (amounts.length === 0 || !amounts.every((amount) => /^(\d+\.?\d*|\.\d+)$/.test(amount)))
    return fields.fail('pricing', 'dollar amounts such as $5.00$9.50')
  const pricing = amounts.slice(0, 2).map(Number)
  return { pricing, priceLabel: pricing.map((price) => `$${pythonFloat(price)}`).join(' to ') }
}

/** Names that are equal in lower case share a place: the first one's position, the last one's values. */
function optionsOf(fields: Fields): Pick<Product, 'options' | 'optionToImages'> {
  const options = new Map<string, readonly string[]>()
  const images = new Map<string, string | null>()
  for (const [name, contents] of Object.entries(customizationsOf(fields))) {
    if (contents === null) continue
    if (!Array.isArray(contents)) return fields.fail('customization_options', `under ${shown(name)} a list or null`)
    const read = contents.map((content: unknown) => fields.within(`customization_options.${name}`, content))
    for (const content of read) images.set(optionValueOf(content), content.optionalText('image'))
    options.set(pythonLower(name), read.map(optionValueOf))
  }
  return { options: Object.fromEntries(options), optionToImages: Object.fromEntries(images) }
}

function customizationsOf(fields: Fields): Readonly<Record<string, unknown>> {
  const value = fields.get('customization_options')
  if (value === null || value === '') return {}
  return isObject(value) ? value : fields.fail('customization_options', "an object, '' or null")
}

/** A slash would end a part of the item page's address. */
const optionValueOf = (content: Fields): string =>
  pythonLower(pythonStrip(content.text('value')).replaceAll('/', ' | '))

type Described = Pick<Product, 'attributes' | 'instructionText' | 'instructionAttributes'>

function attributesOf(asin: string, ins: RawCatalogue['ins'], file: string): Described {
  if (!Object.hasOwn(ins, asin)) return { attributes: ['DUMMY_ATTR'], instructionText: null, instructionAttributes: [] }
  const fields = new Fields(ins[asin], `${file}: ${asin}`)
  const instructionText = fields.optionalText('instruction')
  const instructionAttributes = fields.optionalTexts('instruction_attributes')
  if (instructionText !== null && instructionAttributes.length === 0)
    throw invalid(`${file}: ${asin}`, 'field instruction_attributes: an instruction needs at least one attribute')
  const attributes = fields.get('attributes') === undefined ? ['DUMMY_ATTR'] : fields.texts('attributes')
  return { attributes, instructionText, instructionAttributes }
}

function instructionsOf(asin: string, humanIns: RawCatalogue['humanIns'], file: string): readonly HumanInstruction[] {
  if (!Object.hasOwn(humanIns, asin)) return []
  const written = humanIns[asin]
  if (!Array.isArray(written)) throw invalid(`${file}: ${asin}`, 'a list of instructions is expected')
  return written.map((record: unknown, position) => {
    const fields = new Fields(record, `${file}: ${asin}, instruction ${position}`)
    const attributes = fields.texts('instruction_attributes')
    return { instruction: fields.text('instruction'), attributes, options: fields.texts('instruction_options') }
  })
}
