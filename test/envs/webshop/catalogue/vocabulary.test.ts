import { describe, expect, it } from 'vitest'
import { PythonTuple } from '../../../../core/cpython/value.ts'
import { analyzeEnglish } from '../../../../core/search/analyzer.ts'
import { ATTRIBUTES } from '../../../../envs/webshop/catalogue/vocabulary/attributes.ts'
import { CATEGORIES } from '../../../../envs/webshop/catalogue/vocabulary/categories/index.ts'
import { DEPARTMENTS } from '../../../../envs/webshop/catalogue/vocabulary/words.ts'
import { normalizeColor } from '../../../../envs/webshop/reward/color.ts'
import { tokenSetRatio } from '../../../../envs/webshop/reward/fuzz.ts'

/** WebShop's comparison of a chosen value with a wanted one, in the form of human goals and of synthetic ones. */
const meets = (chosen: string, wanted: string | PythonTuple): boolean =>
  tokenSetRatio(normalizeColor(chosen), normalizeColor(wanted)) > 85

/** The same texts are compared with many attributes. */
const stemsSeen = new Map<string, ReadonlySet<string>>()
function stemsOf(text: string): ReadonlySet<string> {
  const stems = stemsSeen.get(text) ?? new Set(analyzeEnglish(text))
  stemsSeen.set(text, stems)
  return stems
}
const covers = (text: string, attribute: string): boolean => {
  const stems = stemsOf(text)
  return text.toLowerCase().includes(attribute) || [...stemsOf(attribute)].every((stem) => stems.has(stem))
}

describe('the vocabulary of generated shops', () => {
  it('has more than 25 kinds of products, each filed under its own query', () => {
    expect(CATEGORIES.length).toBeGreaterThanOrEqual(25)
    expect(new Set(CATEGORIES.map(({ query }) => query)).size).toBe(CATEGORIES.length)
    for (const { path } of CATEGORIES) expect(path.split(' › ').length).toBeGreaterThanOrEqual(3)
  })

  it.each(CATEGORIES)('lets each option value of $query be met by itself and by no other', ({ dimensions }) => {
    const all = dimensions.flatMap(({ name, values }) => values.map((value) => ({ name: name.toLowerCase(), value })))
    const wrong = all.flatMap((wanted) =>
      [wanted.value, new PythonTuple(wanted.name, wanted.value)].flatMap((form) =>
        all.filter((chosen) => meets(chosen.value, form) !== (chosen === wanted)).map((chosen) => [chosen, form]),
      ),
    )
    expect(all.length).toBeGreaterThan(3)
    expect(wrong).toEqual([])
  })

  it.each(CATEGORIES)('has attributes of $query that no other of them implies', ({ attributes, dimensions }) => {
    expect(new Set(attributes).size).toBe(attributes.length)
    expect(attributes.length).toBeGreaterThanOrEqual(8)
    const options = dimensions.flatMap(({ name, values }) => [name, ...values]).join(' ')
    for (const attribute of attributes) {
      const words = ATTRIBUTES[attribute]
      if (words === undefined) throw new Error(`nothing is said of ${attribute}`)
      expect(covers(options, attribute)).toBe(false)
      for (const other of attributes.filter((name) => name !== attribute)) {
        expect([attribute, other, tokenSetRatio(attribute, other) > 85]).toEqual([attribute, other, false])
        expect([attribute, other, covers(`${attribute} ${words.benefit}`, other)]).toEqual([attribute, other, false])
      }
    }
  })

  it('says nothing of attributes in the words that families share', () => {
    for (const { department, attributes, noun, everyday, query } of CATEGORIES) {
      const { motifs, settings, remarks } = DEPARTMENTS[department]
      const texts = [...motifs, ...settings, ...remarks, [noun, query, ...everyday].join(' ')]
      const said = attributes.flatMap((attribute) =>
        texts.filter((text) => covers(text, attribute)).map((text) => [attribute, text]),
      )
      expect(said).toEqual([])
    }
  })

  it('has no attribute that no product can have', () => {
    const used = new Set(CATEGORIES.flatMap(({ attributes }) => attributes))
    expect(Object.keys(ATTRIBUTES).filter((name) => !used.has(name))).toEqual([])
  })
})
