import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type VerifyHandler, VerifyMismatch } from '../../../conformance/handler.ts'
import { englishTokensHandler, searchHandler } from '../../../conformance/suites/webshop/search.ts'
import { changesOf } from '../../support/changed-vectors.ts'
import { describeWithReference } from '../../support/reference.ts'

async function run(handler: VerifyHandler, text: string, dataFolder: string): Promise<number> {
  let count = 0
  for await (const { check } of handler.cases({ text, dataFolder, sibling: () => undefined })) {
    await check()
    count++
  }
  return count
}

const runTokens = (record: unknown): Promise<number> => run(englishTokensHandler, JSON.stringify(record), '')

describe('the token handler', () => {
  const record = { text: 'Red dresses', tokens: ['red', 'dress'] }

  it('passes a record that agrees', async () => {
    expect(await runTokens(record)).toBe(1)
  })

  it('notices every change of a record', async () => {
    for (const { path, changed } of changesOf(record))
      await expect(runTokens(changed), path).rejects.toThrow(VerifyMismatch)
  })

  it('knows its files by name', () => {
    expect('lucene_english_tokens_edge.jsonl').toMatch(englishTokensHandler.pattern)
    expect('webshop_search.jsonl').toMatch(searchHandler.pattern)
    expect('webshop_search.jsonl').not.toMatch(englishTokensHandler.pattern)
  })
})

describeWithReference('search on reference vectors', (folder) => {
  const vectors = join(folder, 'vectors', 'envs')
  const filesOf = (handler: VerifyHandler): string[] =>
    readdirSync(vectors).filter((name) => handler.pattern.test(name))
  const runFile = (handler: VerifyHandler, name: string): Promise<number> =>
    run(handler, readFileSync(join(vectors, name), 'utf8'), join(folder, 'data'))

  it.each([englishTokensHandler, searchHandler])('agrees with every record: $name', async (handler) => {
    const files = filesOf(handler)
    expect(files.length).toBeGreaterThan(0)
    for (const name of files) expect(await runFile(handler, name)).toBeGreaterThan(0)
  })

  it('notices every change of a search record', async () => {
    const text = '{"query": "zebra", "hits": []}'
    expect(await run(searchHandler, text, join(folder, 'data'))).toBe(1)
    for (const { path, changed } of changesOf({ query: 'zebra', hits: [['B1', 1.5]] }))
      await expect(run(searchHandler, JSON.stringify(changed), join(folder, 'data')), path).rejects.toThrow(
        VerifyMismatch,
      )
  })
})
