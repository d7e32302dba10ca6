import { parseBatch } from '../../core/batch/index.ts'
import gigpo from '../../rewards/advantage/gigpo.ts'
import grpo from '../../rewards/advantage/grpo.ts'
import hgpo from '../../rewards/advantage/hgpo.ts'
import { printCeiling, rates } from '../measure.ts'
import { benchRows } from './data/rows.ts'

/** The ceiling of credit: one pass over a typed array that reads and writes each of the same rows once. */
const ROWS = benchRows(160)
const batch = parseBatch(ROWS)
const rewards = Float64Array.from(ROWS.signals.env)
const sink = new Float64Array(rewards.length)

function pass(): void {
  let total = 0
  for (let row = 0; row < rewards.length; row++) {
    total += rewards[row] ?? 0
    sink[row] = total
  }
}

/** Rows are counted, whole batches are worked on. */
const batches = (work: (rows: typeof batch) => unknown) => (count: number) => {
  for (let done = 0; done < count; done += rewards.length) work(batch)
}

const estimators = [grpo, gigpo, hgpo].map((estimator) => ({
  name: estimator.name,
  count: 10 * rewards.length,
  run: batches((rows) => estimator.compute(rows)),
}))
printCeiling(
  `advantages of ${rewards.length} rows, columns and anchors ready`,
  'rows',
  await rates([{ name: 'a pass over a typed array', count: 1000 * rewards.length, run: batches(pass) }, ...estimators]),
)
