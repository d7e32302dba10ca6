import { passAtK } from '../../../rewards/pass-at-k.ts'
import { expectEqual, expectOnlyFields, recordsOf, type VerifyHandler } from '../../handler.ts'

interface PassRecord {
  readonly n: number
  readonly c: number
  readonly k: number
  readonly p: number
}

/** Products are in another order than numpy's: so far apart at most. */
const TOLERANCE = 1e-12

/** Unbiased estimates of pass@k. */
export const passAtKHandler: VerifyHandler = {
  name: 'pass@k',
  pattern: /^pass_at_k[\w.-]*\.jsonl?$/,
  *cases({ text }) {
    for (const { index, read } of recordsOf(text))
      yield { id: `record ${index}`, check: () => check(read() as PassRecord) }
  },
}

function check(record: PassRecord): void {
  expectOnlyFields('', record, ['n', 'c', 'k', 'p'])
  expectEqual('p', record.p, passAtK(record.n, record.c, record.k), TOLERANCE)
}
