import { join } from 'node:path'
import { analyzeEnglish } from '../../../core/search/analyzer.ts'
import { buildSearchIndex, type SearchIndex } from '../../../core/search/index.ts'
import { searchTextOf } from '../../../envs/webshop/catalogue/catalogue.ts'
import { loadProducts } from '../../../envs/webshop/catalogue/load.ts'
import { expectEqual, expectOnlyFields, recordsOf, type VerifyHandler } from '../../handler.ts'
import { objectAt, stringField, type VectorObject } from './fields.ts'

/** WebShop asks for this many results. */
const RESULTS = 50

export const englishTokensHandler: VerifyHandler = {
  name: 'Lucene EnglishAnalyzer tokens',
  pattern: /^lucene_english_tokens[\w-]*\.jsonl?$/,
  *cases({ text }) {
    for (const { index, read } of recordsOf(text))
      yield { id: `text ${index}`, check: () => checkTokens(objectAt(`[${index}]`, read())) }
  },
}

export const searchHandler: VerifyHandler = {
  name: 'WebShop search',
  pattern: /^webshop_search[\w-]*\.jsonl?$/,
  *cases({ text, dataFolder }) {
    let built: SearchIndex | undefined
    const indexed = (): SearchIndex => {
      built ??= indexOf(join(dataFolder, 'webshop_synth'))
      return built
    }
    for (const { index, read } of recordsOf(text))
      yield { id: `query ${index}`, check: () => checkHits(objectAt(`[${index}]`, read()), indexed()) }
  },
}

function checkTokens({ path, fields }: VectorObject): void {
  expectOnlyFields(path, fields, ['text', 'tokens'])
  expectEqual(`${path}.tokens`, fields.tokens, analyzeEnglish(stringField({ path, fields }, 'text')))
}

function checkHits({ path, fields }: VectorObject, index: SearchIndex): void {
  expectOnlyFields(path, fields, ['query', 'hits'])
  const hits = index.search(stringField({ path, fields }, 'query'), RESULTS)
  expectEqual(
    `${path}.hits`,
    fields.hits,
    hits.map(({ id, score }) => [id, score]),
  )
}

const indexOf = (folder: string): SearchIndex =>
  buildSearchIndex(loadProducts({ folder }).map((product) => ({ id: product.asin, contents: searchTextOf(product) })))
