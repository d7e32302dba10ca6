import { inSourceOrder, parseBatch } from '../../core/batch/index.ts'
import gigpo from '../../rewards/advantage/gigpo.ts'
import hgpo from '../../rewards/advantage/hgpo.ts'
import { quantile } from '../measure.ts'
import { askPython, cpuSeconds, isTimed } from './data/python.ts'
import { benchRows } from './data/rows.ts'

/** verl-agent's own, recorded on another day and machine: CPU seconds for 192,000 rows, its quadratic returns apart. */
const RECORDED = { gigpo: 8, hgpo: 15.3 }
const ROUNDS = 5

for (let warmUp = 0; warmUp < 20; warmUp++) round(16)

/** From rows with anchor strings to advantages. */
for (const groups of [16, 160, 1600]) {
  const rounds = Array.from({ length: ROUNDS }, () => round(groups))
  const median = (of: (each: ReturnType<typeof round>) => number): number => quantile(rounds.map(of), 0.5)
  const [numbering, own, nested] = [median((r) => r.batch), median((r) => r.gigpo), median((r) => r.hgpo)]
  console.log(`\n${groups * 120} rows, medians of ${ROUNDS} rounds, CPU ms`)
  console.table({
    'columns and anchors': { ours: ms(numbering) },
    GiGPO: { ours: ms(own), 'with columns': ms(numbering + own), ...rivalOf(groups, 'gigpo', numbering + own) },
    HGPO: { ours: ms(nested), 'with columns': ms(numbering + nested), ...rivalOf(groups, 'hgpo', numbering + nested) },
  })
}

function round(groups: number) {
  const rows = benchRows(groups)
  const { seconds: batchSeconds, result: batch } = cpuSeconds(() => parseBatch(rows))
  const first = cpuSeconds(() => gigpo.compute(batch))
  const second = cpuSeconds(() => hgpo.compute(batch))
  return { batch: batchSeconds, gigpo: first.seconds, hgpo: second.seconds }
}

function rivalOf(groups: number, name: 'gigpo' | 'hgpo', ours: number) {
  const rows = benchRows(groups)
  const answer = askPython({ what: 'advantages', ...rows })
  if (typeof answer !== 'object' || answer === null) return {}
  const rival: unknown = Object.entries(answer).find(([key]) => key === name)?.[1]
  if (!isTimed(rival)) return {}
  const batch = parseBatch(rows)
  const values = inSourceOrder(batch, (name === 'gigpo' ? gigpo : hgpo).compute(batch).advantages)
  const apart = values.reduce((most, value, row) => Math.max(most, Math.abs(value - (rival.values[row] ?? 0))), 0)
  const recorded = groups === 1600 ? { 'x recorded': (RECORDED[name] / ours).toFixed(0) } : {}
  return {
    numpy: ms(rival.seconds),
    'x numpy': (rival.seconds / ours).toFixed(1),
    'apart by': apart.toExponential(0),
    ...recorded,
  }
}

function ms(seconds: number): string {
  return (1000 * seconds).toFixed(1)
}
