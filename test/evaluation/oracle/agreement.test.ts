import { describe, expect, it } from 'vitest'
import { parseBatch } from '../../../core/batch/index.ts'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import { agreementsWith } from '../../../evaluation/oracle/agreement.ts'
import type { Estimate } from '../../../evaluation/oracle/estimate.ts'
import type { StepRow } from '../../../evaluation/oracle/rows.ts'
import { studentQuantile } from '../../../evaluation/statistics/interval.ts'
import grpo from '../../../rewards/advantage/grpo.ts'
import prime from '../../../rewards/advantage/prime.ts'
import rloo from '../../../rewards/advantage/rloo.ts'
import { assignCredit } from '../../../rewards/credit/index.ts'

const rng = new Rng(keyOfSeed(3), 0)
const GROUPS = 5
const [MEMBERS, LENGTH] = [4, 3]
const members = Array.from({ length: GROUPS * MEMBERS }, (_, at) => at)
const perStep = <T>(of: (member: number) => T): T[] =>
  members.flatMap((at) => Array.from({ length: LENGTH }, () => of(at)))

const batch = parseBatch(
  {
    trajectory: perStep((at) => `t${at}`),
    group: perStep((at) => `g${Math.floor(at / MEMBERS)}`),
    signals: { env: members.flatMap(() => [0, 0, rng.int(0, 4)]) },
  },
  {},
)

const estimateOf = (value: number | null, reach = 0.1): Estimate =>
  value === null
    ? { value, reason: 'no play-out was made', low: -1, high: 1, count: 0, missing: 0 }
    : { value, reason: null, low: value - reach, high: value + reach, count: 8, missing: 0 }

const rowsOf = (of: (row: number) => number | null, reach?: number): readonly StepRow[] =>
  Array.from({ length: batch.rowCount }, (_, row) => ({
    trajectoryId: batch.trajectories.ids[batch.trajectoryOf[row] ?? 0] ?? '',
    index: batch.stepIndex[row] ?? 0,
    action: 'go',
    value: estimateOf(0),
    actionValue: estimateOf(0),
    advantage: estimateOf(of(row), reach),
    isCut: false,
  }))

const request = (estimator: typeof rloo) => ({ label: estimator.name, estimator })
const advantages = assignCredit(batch, [{ estimator: rloo }])[0]?.credit?.advantages ?? new Float64Array()
const noise = Float64Array.from(advantages, () => rng.float() - 0.5)

/** Pearson's, written out. */
function pearson(pairs: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1): number => pairs.reduce((sum, pair) => sum + pair[at], 0) / pairs.length
  const [x, y] = [mean(0), mean(1)]
  const sum = (of: (pair: readonly [number, number]) => number): number =>
    pairs.reduce((all, pair) => all + of(pair), 0)
  const product = sum(([a, b]) => (a - x) * (b - y))
  return product / Math.sqrt(sum(([a]) => (a - x) ** 2) * sum(([, b]) => (b - y) ** 2))
}

describe('the agreement of estimators with values by forks', () => {
  it('is 1 if the values equal the advantages, at any scale', () => {
    const [found] = agreementsWith(
      batch,
      rowsOf((row) => (advantages[row] ?? 0) * 7, 1e-9),
      [request(rloo)],
    )
    expect(found).toMatchObject({ steps: 60, share: 1, reason: null })
    expect(found?.correlation?.value).toBeCloseTo(1, 12)
    expect(found?.rankCorrelation?.value).toBeCloseTo(1, 12)
    expect(found?.error?.value).toBeCloseTo(0, 12)
    expect(found?.sign).toMatchObject({ value: 1, high: 1 })
  })

  it('is turned if the values are', () => {
    const [found] = agreementsWith(
      batch,
      rowsOf((row) => 0 - (advantages[row] ?? 0), 1e-9),
      [request(rloo)],
    )
    expect(found?.correlation?.value).toBeCloseTo(-1, 12)
    expect(found?.sign).toMatchObject({ value: 0, low: 0 })
  })

  it('has the correlation and the jackknife over groups that plain sums give', () => {
    const truth = (row: number): number => (advantages[row] ?? 0) + (noise[row] ?? 0) * 3
    const [found] = agreementsWith(batch, rowsOf(truth), [request(rloo)])
    const pairs = Array.from(advantages, (value, row) => [value, truth(row)] as const)
    const parts = Array.from({ length: GROUPS }, (_, group) =>
      pearson(pairs.filter((_pair, row) => batch.groupOf[row] !== group)),
    )
    const mean = parts.reduce((sum, part) => sum + part, 0) / GROUPS
    const error = Math.sqrt(((GROUPS - 1) / GROUPS) * parts.reduce((sum, part) => sum + (part - mean) ** 2, 0))
    const reach = studentQuantile(0.975, GROUPS - 1) * error
    expect(found?.correlation?.value).toBeCloseTo(pearson(pairs), 12)
    expect(found?.correlation?.high).toBeCloseTo(pearson(pairs) + reach, 10)
    expect(found?.correlation?.low).toBeCloseTo(pearson(pairs) - reach, 10)
  })

  it('asks for signs only if that of the value is sure', () => {
    const lying = (row: number): number => (row % 2 === 0 ? (advantages[row] ?? 0) : 0 - (advantages[row] ?? 0) / 100)
    const least = Math.min(...advantages.filter((value) => value !== 0).map(Math.abs))
    const [found] = agreementsWith(batch, rowsOf(lying, least * 0.9), [request(rloo)])
    expect(found?.sign?.value).toBe(1)
    expect(
      agreementsWith(
        batch,
        rowsOf(() => 0),
        [request(rloo)],
      )[0]?.sign,
    ).toBeNull()
  })

  it('leaves out steps without a value, and steps of other trajectories', () => {
    const rows = rowsOf((row) => (row < 30 ? (advantages[row] ?? 0) : null))
    const foreign = rows.slice(0, 3).map((row) => ({ ...row, trajectoryId: 'elsewhere' }))
    const [found] = agreementsWith(batch, [...rows, ...foreign], [request(rloo)])
    expect(found).toMatchObject({ steps: 30, share: 1 })
    expect(agreementsWith(batch, [], [request(rloo)])).toMatchObject([{ steps: 0, correlation: null, sign: null }])
  })

  it('says why an estimator has no advantages, and continues with the others', () => {
    const found = agreementsWith(
      batch,
      rowsOf((row) => advantages[row] ?? 0),
      [prime, grpo].map(request),
    )
    expect(found).toMatchObject([
      { label: 'prime', steps: 0, correlation: null, reason: { code: 'SIGNAL_MISSING' } },
      { label: 'grpo', steps: 60, reason: null },
    ])
  })
})
