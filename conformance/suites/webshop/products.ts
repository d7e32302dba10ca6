import type { Product } from '../../../envs/webshop/catalogue/product.ts'
import { expectEqual, expectOnlyFields, recordsOf, type VerifyHandler, VerifyMismatch } from '../../handler.ts'
import { objectAt, stringField, type VectorObject } from './fields.ts'
import { ReferenceShops } from './reference-shop.ts'

export const productsHandler: VerifyHandler = {
  name: 'WebShop products',
  pattern: /^webshop_products[\w-]*\.jsonl?$/,
  *cases({ text, dataFolder }) {
    const shops = new ReferenceShops(dataFolder)
    for (const { index, read } of recordsOf(text))
      yield { id: `product ${index}`, check: () => checkProduct(objectAt(`[${index}]`, read()), shops.products) }
  },
}

/** The vectors' names, beside ours. */
const FIELDS: Readonly<Record<string, (product: Product) => unknown>> = {
  asin: ({ asin }) => asin,
  Title: ({ title }) => title,
  pricing: ({ pricing }) => pricing,
  Price: ({ priceLabel }) => priceLabel,
  options: ({ options }) => options,
  option_to_image: ({ optionToImages }) => optionToImages,
  BulletPoints: ({ bulletPoints }) => bulletPoints,
  Attributes: ({ attributes }) => attributes,
  query: ({ query }) => query,
  MainImage: ({ mainImage }) => mainImage,
}

function checkProduct({ path, fields }: VectorObject, products: readonly Product[]): void {
  expectOnlyFields(path, fields, Object.keys(FIELDS))
  const asin = stringField({ path, fields }, 'asin')
  const product = products.find((candidate) => candidate.asin === asin)
  if (!product) throw new VerifyMismatch(path, asin, 'no such product')
  for (const [name, read] of Object.entries(FIELDS)) expectEqual(`${path}.${name}`, fields[name], read(product))
  expectEqual(`${path}.options (order)`, Object.keys(fields.options ?? {}), Object.keys(product.options))
}
