import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadProducts } from '../../../../envs/webshop/catalogue/load.ts'
import { membersOf } from '../../../../envs/webshop/catalogue/members.ts'
import { readPlainJson } from '../../../support/json.ts'
import { FIXTURE_FOLDER, fixtureProducts } from '../../../support/shops.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stepgym-catalogue-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const NAMES = ['items_shuffle.json', 'items_ins_v2.json', 'items_human_ins.json']
const copyFixture = (names = NAMES): void => {
  for (const name of names) copyFileSync(join(FIXTURE_FOLDER, name), join(folder, name))
}
const put = (name: string, text: string | Buffer): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

describe('loading a catalogue', () => {
  it('finds the files of a folder', () => {
    copyFixture()
    expect(loadProducts({ folder })).toEqual(fixtureProducts)
  })

  it('has no human instructions if there is no such file', () => {
    copyFixture(NAMES.slice(0, 2))
    expect(loadProducts({ folder }).flatMap(({ instructions }) => instructions)).toEqual([])
    expect(() => loadProducts({ folder, humanIns: 'items_human_ins.json' })).toThrow(
      /items_human_ins\.json: .*cannot be read/,
    )
  })

  it('asks which one is meant if there are several', () => {
    copyFixture()
    copyFileSync(join(folder, 'items_shuffle.json'), join(folder, 'items_shuffle_1000.json'))
    expect(() => loadProducts({ folder })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('items_shuffle_1000.json') }),
    )
    expect(loadProducts({ folder, products: 'items_shuffle_1000.json', limit: 2 })).toHaveLength(2)
  })

  it.each([
    ['items_shuffle.json', /no file of products such as items_shuffle_1000\.json/],
    ['items_ins_v2.json', /no file of ins such as items_ins_v2_1000\.json/],
  ])('says that %s is missing', (missing, message) => {
    copyFixture(NAMES.filter((name) => name !== missing))
    expect(() => loadProducts({ folder })).toThrow(
      expect.objectContaining({ code: 'CATALOGUE_INVALID', message: expect.stringMatching(message) }),
    )
  })

  it('says that a folder is missing', () => {
    expect(() => loadProducts({ folder: join(folder, 'none') })).toThrow(/none: this folder cannot be read/)
  })

  it('says how far an incomplete file can be read', () => {
    copyFixture()
    const whole = readFileSync(join(FIXTURE_FOLDER, 'items_shuffle.json'), 'utf8')
    put('items_shuffle.json', whole.slice(0, whole.indexOf('B0FIX00004')))
    expect(() => loadProducts({ folder })).toThrow(
      /items_shuffle\.json: this file is incomplete: it ends after 3 complete records/,
    )
  })

  it('says where products and instructions were swapped', () => {
    copyFixture()
    expect(() => loadProducts({ folder, products: 'items_ins_v2.json' })).toThrow(/a list of products is expected/)
    expect(() => loadProducts({ folder, ins: 'items_shuffle.json' })).toThrow(
      /an object with ASINs as keys is expected/,
    )
  })
})

describe('the members of a JSON file', () => {
  const read = (text: string | Buffer) => [...membersOf(put('x.json', text))]

  it('are those of the text, with any content', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(0, 1, 3), (items, indent) => {
        expect(read(JSON.stringify(items, null, indent))).toEqual(
          items.map((value, key) => ({ key, value: readPlainJson(JSON.stringify(value)) })),
        )
      }),
      { numRuns: 50 },
    )
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
        const text = JSON.stringify(record)
        expect(Object.fromEntries(read(text).map(({ key, value }) => [key, value]))).toEqual(readPlainJson(text))
      }),
      { numRuns: 50 },
    )
  })

  it('are whole if a chunk ends within them, within a character too', () => {
    const long = `${'é☕"\\'.repeat(300_000)}`
    expect(read(JSON.stringify([long, { [long]: [long] }]))).toEqual([
      { key: 0, value: long },
      { key: 1, value: { [long]: [long] } },
    ])
  })

  it('are whole with a chunk that ends anywhere, within an escape too', () => {
    for (const padding of [0, 1, 2, 3, 4, 5, 6, 7]) {
      const items = ['x'.repeat(2 ** 20 - 10 + padding), '\\"', '\\\\', { '"': '\\' }, '']
      expect(read(JSON.stringify(items)).map(({ value }) => value)).toEqual(items)
    }
    const backslashes = ['\\'.repeat(2 ** 20), 'y']
    expect(read(JSON.stringify(backslashes)).map(({ value }) => value)).toEqual(backslashes)
  })

  it.each([
    ['', /incomplete: it ends after 0 complete records/],
    ['[1, 2', /incomplete: it ends after 1 complete records/],
    ['[1, {"a": [}', /incomplete/],
    ['{"a": "b', /incomplete/],
    ['[1,,2]', /record 1 is not JSON/],
    ['[1, 2,]', /record 2 is not JSON/],
    ['{"a" 1}', /record 0 is not JSON/],
    ['{"a": 1} x', /something follows the end/],
    ['[1] [2]', /something follows the end/],
    ['12', /a JSON list or object is expected/],
    ['[1}', /incomplete/],
    ['{"a": 1]', /incomplete/],
    ['[[1}]', /record 0 is not JSON/],
    ['"x" [1]', /a JSON list or object is expected/],
    ['x [1]', /a JSON list or object is expected/],
    ['[NaN]', /record 0 is not JSON/],
  ])('are refused in %j', (text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'CATALOGUE_INVALID', message: expect.stringMatching(message) }),
    )
  })

  it('are empty in an empty list or object', () => {
    expect(read(' [ ] ')).toEqual([])
    expect(read('{}\n')).toEqual([])
  })
})
