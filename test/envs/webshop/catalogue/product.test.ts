import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GymError } from '../../../../core/data/errors.ts'
import { searchTextOf } from '../../../../envs/webshop/catalogue/catalogue.ts'
import { type Product, productsOf, type RawCatalogue } from '../../../../envs/webshop/catalogue/product.ts'
import { fixtureProducts } from '../../../support/shops.ts'

const record = {
  asin: 'B0000000A1',
  name: 'A lamp',
  full_description: 'Light.',
  small_description: ['Bright'],
  pricing: '$1,299.00',
  images: ['https://img.example/a.jpg', null],
  category: 'home',
  query: ' Lamps ',
  product_category: 'Home › Lamps',
  customization_options: { Color: [{ value: ' Red/Blue ', image: 'https://img.example/r.jpg' }, { value: 'É' }] },
}

function one(changes: object = {}, files: Partial<RawCatalogue> = {}): Product {
  const [product] = productsOf({ products: [{ ...record, ...changes }], ins: {}, humanIns: {}, ...files })
  if (!product) throw new Error('the record was skipped')
  return product
}

const complaint = (run: () => unknown): string => {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof GymError && thrown.code === 'CATALOGUE_INVALID') return thrown.message
    throw thrown
  }
  return 'no complaint'
}

describe('a product', () => {
  it('is read as WebShop reads it', () => {
    expect(one()).toEqual({
      asin: 'B0000000A1',
      title: 'A lamp',
      description: 'Light.',
      bulletPoints: ['Bright'],
      attributes: ['DUMMY_ATTR'],
      options: { color: ['red | blue', 'é'] },
      optionToImages: { 'red | blue': 'https://img.example/r.jpg', é: null },
      pricing: [1299],
      priceLabel: '$1299.0',
      query: 'lamps',
      category: 'home',
      productCategory: 'Home › Lamps',
      mainImage: 'https://img.example/a.jpg',
      instructionText: null,
      instructionAttributes: [],
      instructions: [],
    })
  })

  it.each([
    ['$5.00$9.50', [5, 9.5], '$5.0 to $9.5'],
    ['$5 - $9 - $12', [5, 9], '$5.0 to $9.0'],
    ['', [100], '$100.0'],
    [null, [100], '$100.0'],
  ])('costs, where its price says %j, %j', (pricing, prices, label) => {
    expect(one({ pricing })).toMatchObject({ pricing: prices, priceLabel: label })
  })

  it('has one bullet if the file has a text in place of a list', () => {
    expect(one({ small_description: 'Only this' }).bulletPoints).toEqual(['Only this'])
    expect(one({ small_description: '' }).bulletPoints).toEqual([''])
  })

  it('passes over options that are null, and takes the last of options with one name', () => {
    const customization_options = { Color: null, SIZE: [{ value: 'S' }], Size: [{ value: 'L' }, { value: 'L' }] }
    expect(one({ customization_options }).options).toEqual({ size: ['l', 'l'] })
    expect(one({ customization_options: '' }).options).toEqual({})
  })

  it('keeps names that objects have of their own', () => {
    const customization_options = JSON.parse(
      '{"__proto__": [{"value": "constructor"}], "constructor": [{"value": "x"}]}',
    )
    expect(Object.entries(one({ customization_options }).options)).toEqual([
      ['__proto__', ['constructor']],
      ['constructor', ['x']],
    ])
    expect(one({ asin: 'toString' }).attributes).toEqual(['DUMMY_ATTR'])
  })

  it('takes attributes and instructions from the other files', () => {
    const ins = { B0000000A1: { attributes: ['soft'], instruction: 'Find it', instruction_attributes: ['soft'] } }
    const written = { instruction: 'i want it', instruction_attributes: ['soft'], instruction_options: ['red'] }
    expect(one({}, { ins, humanIns: { B0000000A1: [written] } })).toMatchObject({
      attributes: ['soft'],
      instructionText: 'Find it',
      instructions: [{ instruction: 'i want it', attributes: ['soft'], options: ['red'] }],
    })
  })

  it('is searched by title, description, first bullet and options', () => {
    const { options } = one({
      customization_options: { Color: [{ value: 'A' }, { value: 'B' }], Size: [{ value: 'S' }] },
    })
    expect(searchTextOf({ ...one(), options })).toBe('a lamp light. bright color: a, b, and size: s')
    expect(searchTextOf(one({ customization_options: null, small_description: [] }))).toBe('a lamp light.  ')
  })
})

describe('a catalogue', () => {
  it('passes over the same ASIN again, `nan`, and ASINs that are too long', () => {
    expect(fixtureProducts).toHaveLength(17)
    expect(fixtureProducts[0]?.title).toBe('Brass reading lamp')
  })

  it('counts records, not products, towards its limit', () => {
    const products = [record, record, { ...record, asin: 'B2' }, { ...record, asin: 'B3' }]
    const asins = productsOf({ products, ins: {}, humanIns: {} }, { limit: 3 }).map(({ asin }) => asin)
    expect(asins).toEqual(['B0000000A1', 'B2'])
  })

  it.each([
    [{ name: null }, 'record 0 (B0000000A1): field name: text is expected, this is null'],
    [{ full_description: 7 }, 'field full_description: text is expected, this is the number 7'],
    [{ small_description: ['a', 1] }, 'field small_description: a list of texts'],
    [{ pricing: 'free' }, 'field pricing: dollar amounts'],
    [{ pricing: '$1.2.3' }, 'field pricing: dollar amounts'],
    [{ pricing: 12 }, 'field pricing: text or null'],
    [{ images: [] }, 'field images'],
    [{ query: undefined }, 'field query: text is expected, this is missing'],
    [{ customization_options: [] }, "field customization_options: an object, '' or null"],
    [{ customization_options: { Color: 'red' } }, 'under "Color" a list or null'],
    [{ customization_options: { Color: [{}] } }, 'field customization_options.Color: field value: text is expected'],
    [{ customization_options: { Color: [{ value: 'red', image: 1 }] } }, 'field image: text or null'],
  ])('says which field is wrong: %j', (changes, message) => {
    expect(complaint(() => one(changes))).toContain(message)
    expect(complaint(() => one(changes))).toMatch(/^products: record 0/)
  })

  it.each([
    [{ ins: { B0000000A1: [] } }, 'ins: B0000000A1: an object is expected, this is a list'],
    [{ ins: { B0000000A1: { attributes: 'soft' } } }, 'field attributes: a list of texts'],
    [{ ins: { B0000000A1: { attributes: [], instruction: 'Find it' } } }, 'field instruction_attributes'],
    [{ humanIns: { B0000000A1: {} } }, 'humanIns: B0000000A1: a list of instructions'],
    [{ humanIns: { B0000000A1: [{}] } }, 'instruction 0: field instruction_attributes'],
  ])('says which file is wrong: %j', (files, message) => {
    expect(complaint(() => one({}, files))).toContain(message)
  })

  it('answers any record with a product or with CATALOGUE_INVALID', () => {
    const fields = fc.constantFrom(...Object.keys(record))
    fc.assert(
      fc.property(fields, fc.jsonValue(), (field, value) => {
        expect(
          typeof complaint(() => productsOf({ products: [{ ...record, [field]: value }], ins: {}, humanIns: {} })),
        ).toBe('string')
      }),
    )
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(complaint(() => productsOf({ products: [value], ins: {}, humanIns: {} }))).not.toBe('no complaint')
      }),
    )
  })
})
