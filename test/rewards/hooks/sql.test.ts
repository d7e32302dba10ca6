import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, Trajectory } from '../../../core/data/types.ts'
import { hookSet, type OutcomeHook, withOptions } from '../../../core/reward/hook.ts'
import { runOutcomeHooks } from '../../../core/reward/run-hooks.ts'
import sqlNgrams from '../../../rewards/hooks/sql-ngrams.ts'
import sqlSchemaLinking from '../../../rewards/hooks/sql-schema-linking.ts'
import sqlSyntax from '../../../rewards/hooks/sql-syntax.ts'
import { bigramsOf, jaccard, namesIn, recall, sqlTokens } from '../../../rewards/sql/similarity.ts'
import { step, trajectory } from '../../support/reward-samples.ts'

const NAMES = ['Books', 'title', 'pages', 'author_id', 'id']
const TRUTH = { sql: 'SELECT title FROM books WHERE pages > 10', names: NAMES }
const texts = (sql: string): readonly string[] => sqlTokens(sql).map(({ text }) => text)

const submitted = (sql: string, error: string | null = null): Trajectory =>
  trajectory({ steps: [step({ effects: [{ name: 'judge', input: { sql }, output: { matches: false, error } }] })] })

async function outcome(hook: OutcomeHook, whole: Trajectory, truth: Json = TRUTH) {
  const rewards = await runOutcomeHooks(
    hookSet([hook]).outcome,
    whole,
    () => ({}),
    () => truth,
  )
  return rewards[0]
}

describe('tokens of SQL', () => {
  it('are names in lower case, texts as they are, numbers and operators, without comments', () => {
    expect(texts("SELECT \"Title\", [Pages] -- it's\nFROM `Books`/* x */ WHERE a<>'It''s A' AND b >= 1.5")).toEqual([
      'select',
      'title',
      ',',
      'pages',
      'from',
      'books',
      'where',
      'a',
      '<>',
      "'It''s A'",
      'and',
      'b',
      '>=',
      '1.5',
    ])
  })

  it('end with the query where something is not closed', () => {
    for (const open of ["'a b", '"a b', '[a b', '`a b', '/* a b'])
      expect(texts(`x ${open}`).length).toBeLessThanOrEqual(2)
  })

  it('are read in time that grows with the length alone', () => {
    for (const part of ["'", '"', '[', '`', '/*', '--\n', '<', 'a '])
      expect(sqlTokens(part.repeat(20_001)).length).toBeGreaterThanOrEqual(0)
  })

  it('never change by their spaces', () => {
    const token = fc.constantFrom('select', 'Title', "'a  b'", '12', ',', '>=', '(', '"two words"')
    fc.assert(
      fc.property(fc.array(token), (tokens) => {
        expect(texts(tokens.join(' '))).toEqual(texts(tokens.join('\n\t ')))
        expect(texts(tokens.join(' '))).toHaveLength(tokens.length)
      }),
    )
  })
})

describe('likeness of queries', () => {
  it('counts names of the schema, in any case and quotes, and not in texts', () => {
    expect([...namesIn('select B."TITLE" from Books b where x = \'pages\'', NAMES)].sort()).toEqual(['books', 'title'])
  })

  it('is the share of what is in both', () => {
    const [one, other] = [new Set(['a', 'b', 'c']), new Set(['b', 'c', 'd', 'e'])]
    expect(jaccard(one, other)).toBe(2 / 5)
    expect(recall(one, other)).toBe(2 / 4)
    expect([jaccard(new Set(), new Set()), recall(one, new Set())]).toEqual([1, 1])
    expect([...bigramsOf('a b  A B')]).toEqual(['a b', 'b a'])
  })

  it('is symmetric, from 0 to 1, and 1 for equal sets', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c', 'd'))
    fc.assert(
      fc.property(words, words, (one, other) => {
        const value = jaccard(new Set(one), new Set(other))
        expect(value).toBe(jaccard(new Set(other), new Set(one)))
        expect(value >= 0 && value <= 1).toBe(true)
        expect(jaccard(new Set(one), new Set(one))).toBe(1)
      }),
    )
  })
})

describe('hooks on SQL', () => {
  it('say whether a query runs', async () => {
    expect(await outcome(sqlSyntax, submitted('SELECT 1'))).toMatchObject({ value: 1 })
    expect(await outcome(sqlSyntax, submitted('SELEC', 'syntax error'))).toMatchObject({ value: 0 })
  })

  it('compare tables and columns with those of the reference', async () => {
    const query = 'SELECT title, id FROM books'
    expect(await outcome(sqlSchemaLinking, submitted(query))).toMatchObject({ value: 2 / 3 })
    const strict = withOptions(sqlSchemaLinking, { measure: 'jaccard' })
    expect(await outcome(strict, submitted(query))).toMatchObject({ value: 2 / 4 })
    expect(await outcome(sqlSchemaLinking, submitted(query, 'no such table'))).toMatchObject({ value: 0 })
    const wrong = withOptions(sqlSchemaLinking, { measure: 'f1' })
    expect(await outcome(wrong, submitted(query))).toMatchObject({ value: null, reason: 'threw' })
  })

  it('compare pairs of tokens with those of the reference', async () => {
    expect(await outcome(sqlNgrams, submitted('select TITLE from BOOKS where pages>10'))).toMatchObject({ value: 1 })
    expect(await outcome(sqlNgrams, submitted('SELECT title FROM books'))).toMatchObject({ value: 3 / 7 })
    expect(await outcome(sqlNgrams, submitted('x'))).toMatchObject({ value: 0 })
  })

  it('decline where nothing was submitted, or there is no reference', async () => {
    const declined = { value: null, reason: 'declined' }
    const none = trajectory({ steps: [step({ effects: [{ name: 'query', input: { sql: 'x' }, output: {} }] })] })
    for (const hook of [sqlSyntax, sqlSchemaLinking, sqlNgrams])
      expect(await outcome(hook, none)).toMatchObject(declined)
    for (const truth of [null, { calls: [] }, { sql: 3, names: [] }])
      for (const hook of [sqlSchemaLinking, sqlNgrams])
        expect(await outcome(hook, submitted('SELECT 1'), truth)).toMatchObject(declined)
  })
})
