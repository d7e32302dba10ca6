import { describe, expect, it } from 'vitest'
import { GymError } from '../../../core/data/errors.ts'
import { parseSearch, type Query } from '../../../viewer/search/parse.ts'

/** A query as a text with parentheses around all that belongs together. */
const shown = (query: Query): string => {
  if (query.kind === 'word') return JSON.stringify(query.text)
  if (query.kind === 'field') return `${query.field} ${query.operator} ${query.value}`
  if (query.kind === 'not') return `not(${shown(query.part)})`
  return `${query.kind}(${query.parts.map(shown).join(', ')})`
}
const read = (text: string): string => parseSearch(text).terms.map(shown).join(' & ')

/** What is wrong with a text. */
function wrong(text: string): string {
  try {
    parseSearch(text)
  } catch (thrown) {
    if (thrown instanceof GymError) return `${thrown.code} ${thrown.message}`
  }
  return 'nothing'
}

describe('a search', () => {
  it.each([
    ['', ''],
    ['ivory plus', '"ivory" & "plus"'],
    ['"ivory plus"', '"ivory plus"'],
    ['return<0.5 -ending:aborted', 'return < 0.5 & not(ending : aborted)'],
    ['a or b c', 'or("a", and("b", "c"))'],
    ['(a or b) c', 'or("a", "b") & "c"'],
    ['-(a or -b)', 'not(or("a", not("b")))'],
    ['gigpo!=truth', 'gigpo != truth'],
    ['action:"click[buy now]"', 'action : click[buy now]'],
    ['task:a/b-c.d', 'task : a/b-c.d'],
    ['evidence-closure>=-1e-3', 'evidence-closure >= -1e-3'],
    ['orange or origin', 'or("orange", "origin")'],
    ['click[small]', '"click[small]"'],
    ['größe:größer', 'größe : größer'],
    ['5 -', '"5" & "-"'],
    ['action~"^a (b|c)$"', 'action ~ ^a (b|c)$'],
  ])('%j means %s', (text, meaning) => {
    expect(read(text)).toBe(meaning)
  })

  it('sorts by fields, which are not conditions', () => {
    const { terms, sort } = parseSearch('sort:-return valid:no sort:at')
    expect(terms.map(shown)).toEqual(['valid : no'])
    expect(sort).toEqual([
      { field: 'return', isDescending: true },
      { field: 'at', isDescending: false },
    ])
  })

  it('keeps where each term is', () => {
    const text = 'valid:no  (a or b) -c'
    const { spans } = parseSearch(text)
    expect(spans.map(([from, to]) => text.slice(from, to))).toEqual(['valid:no', '(a or b)', '-c'])
  })

  it.each([
    ['a (b', 'character 3: this parenthesis is not closed'],
    ['a) b', 'character 2: this parenthesis was not opened'],
    ['a "b', 'character 3: this quotation mark is not closed'],
    ['or b', 'character 1: there is nothing before this or'],
    ['a or', 'character 3: there is nothing after this or'],
    ['('.repeat(40), 'character 33: at most 32 parentheses within each other are read'],
    ['x'.repeat(2001), 'character 2001: a search has at most 2000 characters'],
  ])('%j is refused at its place', (text, message) => {
    expect(wrong(text)).toBe(`FRAME_INVALID ${message}`)
  })

  it('is read in a time that grows with its length, whatever is in it', () => {
    for (const part of ['a', '"', '-', '(', 'a:', '>', ' ', 'a"'])
      expect(wrong(part.repeat(2000).slice(0, 2000))).toBeTypeOf('string')
  })
})
