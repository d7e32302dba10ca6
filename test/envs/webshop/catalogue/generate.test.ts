import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { searchTextOf } from '../../../../envs/webshop/catalogue/catalogue.ts'
import { generateEntries, generateFiles, generateProducts } from '../../../../envs/webshop/catalogue/generate.ts'
import { productsOf } from '../../../../envs/webshop/catalogue/product.ts'
import { capsAbove } from '../../../../envs/webshop/goals/goal.ts'
import { share } from '../../../support/long.ts'

const seeds = fc.oneof(fc.nat(), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String))
const FAMILY = 20

describe('a generated shop', () => {
  it('is a function of its seed, and a larger one starts with the smaller one', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 90 }), (seed, families, more) => {
        const size = families * FAMILY
        const small = [...generateEntries({ seed, size })]
        expect([...generateEntries({ seed, size: size + more })].slice(0, size)).toEqual(small)
      }),
      { numRuns: 20 },
    )
  })

  it('has other products under another seed', () => {
    const [one, other] = [1, 2].map((seed) => [...generateEntries({ seed, size: 100 })])
    const titles = new Set(one?.map(({ product }) => product.name))
    expect(other?.filter(({ product }) => titles.has(product.name))).toEqual([])
    const asins = new Set(one?.map(({ product }) => product.asin))
    expect(other?.filter(({ product }) => asins.has(product.asin))).toEqual([])
  })

  it('has 1,000 products under as many ASINs, of 25 kinds and more, in three files that a shop can load', () => {
    const files = generateFiles()
    const loaded = productsOf(JSON.parse(JSON.stringify(files)))
    expect(loaded).toEqual([...generateProducts()])
    expect(new Set(loaded.map(({ asin }) => asin)).size).toBe(1000)
    expect(new Set(loaded.map(({ query }) => query)).size).toBeGreaterThanOrEqual(25)
    for (const { asin, attributes, options } of loaded) {
      expect(asin).toMatch(/^B0GN[0-9A-Z]{6}$/)
      expect(attributes).toHaveLength(4)
      expect(Object.keys(options).length).toBeGreaterThanOrEqual(2)
    }
  })

  it('gives positions far apart ASINs of their own', () => {
    const SIZE = share(10_000, 50_000)
    const asins = new Set<string>()
    for (const { product } of generateEntries({ size: SIZE })) asins.add(product.asin)
    expect(asins.size).toBe(SIZE)
  })

  it('asks for what the product has and offers, in words that name it', () => {
    const files = generateFiles({ seed: 5 })
    const products = new Map([...generateProducts({ seed: 5 })].map((product) => [product.asin, product]))
    const requests = Object.values(files.humanIns).flat()
    expect(requests).toHaveLength(2000)
    expect(new Set(requests.map(({ asin, instruction }) => `${asin} ${instruction}`)).size).toBe(2000)
    for (const request of requests) {
      const { attributes, options } = products.get(request.asin) ?? { attributes: [], options: {} }
      const values = Object.values(options).flat()
      for (const wanted of request.instruction_attributes) expect(attributes).toContain(wanted)
      for (const wanted of request.instruction_options) expect(values).toContain(wanted)
      for (const said of [...request.instruction_attributes, ...request.instruction_options])
        expect(request.instruction).toContain(said)
    }
  })

  it('prices twins above every cap of the ordinary products, and those below every cap of each other', () => {
    const products = [...generateProducts({ seed: 9 })]
    for (let first = 0; first < products.length; first += FAMILY) {
      const family = products.slice(first, first + FAMILY)
      const ordinary = family.slice(0, FAMILY / 2).flatMap(({ pricing }) => pricing)
      const twins = family.slice(FAMILY / 2).flatMap(({ pricing }) => pricing)
      const caps = ordinary.map((price) => capsAbove(price).slice(1))
      expect(Math.min(...twins)).toBeGreaterThan(Math.max(...caps.flat()))
      expect(Math.max(...ordinary)).toBeLessThan(Math.min(...caps.flat()))
    }
  })

  it('lets a search see the attributes of twins, and of other products only what their titles name', () => {
    const products = [...generateProducts({ seed: 2 })]
    const seen = products.map((product) => {
      const text = searchTextOf(product)
      return product.attributes.filter((attribute) => text.includes(attribute))
    })
    for (const [position, { title, attributes }] of products.entries()) {
      const isTwin = position % FAMILY >= FAMILY / 2
      const named = attributes.filter((attribute) => title.toLowerCase().includes(attribute))
      expect(seen[position]).toEqual(isTwin ? attributes : named)
    }
    expect(seen.filter((visible) => visible.length === 0).length).toBeGreaterThan(200)
    expect(seen.filter((visible) => visible.length === 1).length).toBeGreaterThan(150)
  })

  it('requires nothing of an incomplete last family', () => {
    const files = generateFiles({ size: 39 })
    const asked = files.products.filter(({ asin }) => Object.hasOwn(files.humanIns, asin))
    expect(files.products).toHaveLength(39)
    expect(asked).toEqual(files.products.slice(0, FAMILY / 2))
    expect(files.products.slice(FAMILY).filter(({ asin }) => files.ins[asin]?.instruction !== undefined)).toEqual([])
  })

  it.each([0, 19, 20.5, Number.NaN, 2_000_001])('refuses a size of %s', (size) => {
    expect(() => generateFiles({ size })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  })

  it('refuses an invalid seed', () => {
    expect(() => generateFiles({ seed: -1 })).toThrow(expect.objectContaining({ code: 'SEED_INVALID' }))
  })
})
