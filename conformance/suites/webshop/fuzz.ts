import { sequenceMatcherRatio } from '../../../core/cpython/difflib.ts'
import { PythonTuple } from '../../../core/cpython/value.ts'
import { fuzzRatio, tokenSetRatio } from '../../../envs/webshop/reward/fuzz.ts'
import { expectEqual, expectOnlyFields, recordsOf, type VerifyHandler } from '../../handler.ts'
import { booleanField, objectAt, stringField, stringsField, type VectorObject } from './fields.ts'
import { levenshteinRatio } from './levenshtein.ts'

export const fuzzHandler: VerifyHandler = {
  name: 'thefuzz scores',
  pattern: /^webshop_fuzz[\w-]*\.jsonl?$/,
  *cases({ text }) {
    for (const { index, read } of recordsOf(text))
      yield { id: `pair ${index}`, check: () => checkPair(objectAt(`[${index}]`, read())) }
  },
}

function checkPair(record: VectorObject): void {
  const a = stringField(record, 'a')
  const isTuple = booleanField(record, 'b_is_tuple')
  const b = isTuple ? new PythonTuple(...stringsField(record, 'b')) : stringField(record, 'b')
  const scores = {
    matcher: 'difflib',
    ratio: typeof b === 'string' ? fuzzRatio(a, b) : null,
    ratio_levenshtein: typeof b === 'string' ? fuzzRatio(a, b, levenshteinRatio) : null,
    token_set_ratio: tokenSetRatio(a, b, sequenceMatcherRatio),
    token_set_ratio_levenshtein: tokenSetRatio(a, b, levenshteinRatio),
  }
  expectOnlyFields(record.path, record.fields, ['a', 'b', 'b_is_tuple', ...Object.keys(scores)])
  for (const [name, got] of Object.entries(scores)) expectEqual(`${record.path}.${name}`, record.fields[name], got)
}
