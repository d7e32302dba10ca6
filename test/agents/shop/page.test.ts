import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPage } from '../../../agents/shop/page.ts'
import { describeWithReference } from '../../support/reference.ts'

const page = (...parts: readonly string[]) => readPage(parts.join(' [SEP] '))
const TOP = ['Instruction:', 'i want a lamp', 'Back to Search']

describe('reading a page', () => {
  it('knows the search page', () => {
    expect(page('WebShop', 'Instruction:', 'i want a lamp', 'Search')).toEqual({
      kind: 'search',
      instruction: 'i want a lamp',
    })
  })

  it('reads results with the most that each may cost', () => {
    const listed = ['B000000001', 'A lamp', '$5.0 to $9.5', 'B000000002', 'B lamp', '$1299.0']
    expect(page(...TOP, 'Page 2 (Total results: 13)', '< Prev', ...listed)).toEqual({
      kind: 'results',
      instruction: 'i want a lamp',
      number: 2,
      hasNext: false,
      items: [
        { asin: 'B000000001', title: 'A lamp', price: 9.5 },
        { asin: 'B000000002', title: 'B lamp', price: 1299 },
      ],
    })
    expect(page(...TOP, 'Page 1 (Total results: 0)', 'Next >')).toMatchObject({ hasNext: true, items: [] })
  })

  it('reads an item, with any choice or failure', () => {
    const item = ['color', 'red', 'blue', 'A lamp', 'Price: $5.0', 'Rating: N.A.', 'Description', 'Features', 'Reviews']
    const expected = {
      kind: 'item',
      instruction: 'i want a lamp',
      labels: ['color', 'red', 'blue'],
      title: 'A lamp',
      price: 5,
    }
    expect(page(...TOP, '< Prev', ...item, 'Buy Now')).toEqual(expected)
    const odd = page(...TOP, '< Prev', 'Chosen: color: red', ...item, 'Buy Now', 'Nothing happened: no such thing.')
    expect(odd).toEqual(expected)
  })

  it('reads a sub page, an empty one too', () => {
    expect(page(...TOP, '< Prev', 'one', 'two')).toMatchObject({ kind: 'sub', texts: ['one', 'two'] })
    expect(page(...TOP, '< Prev')).toMatchObject({ kind: 'sub', texts: [] })
  })

  it('calls anything else unknown', () => {
    fc.assert(fc.property(fc.string(), (text) => readPage(text).kind === 'unknown'))
    expect(page(...TOP).kind).toBe('unknown')
  })
})

interface RecordedStep {
  readonly text: string
  readonly available_actions: { readonly clickables: readonly string[] }
}

const recordedSteps = (folder: string): readonly RecordedStep[] =>
  readFileSync(join(folder, 'vectors/envs/webshop_transcripts.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .flatMap((line): readonly RecordedStep[] => JSON.parse(line).steps)

describeWithReference('pages that WebShop showed', (folder) => {
  it('are distinguished by what can be clicked on them', () => {
    const seen = new Map<string, number>()
    for (const { text, available_actions } of recordedSteps(folder)) {
      const { clickables } = available_actions
      const read = readPage(text)
      seen.set(read.kind, (seen.get(read.kind) ?? 0) + 1)
      expect(read.kind).toBe(kindBy(clickables))
      if (read.kind === 'results')
        expect(read.items.map(({ asin }) => asin.toLowerCase())).toEqual(clickables.filter((key) => /^b0/.test(key)))
      if (read.kind === 'item') expect(read.labels).toEqual(expect.arrayContaining(clickables.slice(6)))
    }
    expect([...seen.keys()].sort()).toEqual(['item', 'results', 'search', 'sub', 'unknown'])
  })
})

function kindBy(clickables: readonly string[]): string {
  if (clickables.includes('buy now')) return 'item'
  if (clickables.includes('search')) return 'search'
  if (clickables.length === 0) return 'unknown'
  return clickables.includes('next >') ? 'results' : 'sub'
}
