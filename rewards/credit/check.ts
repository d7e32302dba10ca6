import { parseBatch, type StepBatch } from '../../core/batch/index.ts'
import { type CheckResult, checkRules, expect, NotApplicable, type Rule } from '../../core/check/report.ts'
import { canonicalJson } from '../../core/data/hash.ts'
import { counted } from '../../core/data/shown.ts'
import type { Credit, Estimator } from '../estimator/estimator.ts'
import { type SampleColumns, sampleColumns, withCopies, withoutTrajectory, withUnknown } from './sample-columns.ts'
import { soundCredit } from './sound.ts'

interface Subject {
  readonly estimator: Estimator
  /** Batches that hold every column the estimator says it consumes. */
  readonly samples: readonly SampleColumns[]
}

/**
 * The contract of advantage estimators, as rules, over small made-up batches under the estimator's defaults.
 * Yields one result a rule; never throws for a broken rule.
 */
export async function* checkEstimator(estimator: Estimator): AsyncGenerator<CheckResult> {
  const samples = [1, 2, 3, 4].map((seed) => sampleColumns(seed, estimator.consumes))
  yield* checkRules(RULES, { estimator, samples })
}

const RULES: readonly Rule<Subject>[] = [
  { rule: 'gives every step a finite advantage or a mask, and 0 if it is masked', check: checkShape },
  { rule: 'is a function of the batch: called again, it computes the same', check: checkFunction },
  { rule: 'changes nothing in the batch', check: checkUntouched },
  { rule: 'does not depend on the order of rows, except time order', check: checkOrder },
  { rule: 'leaves out a trajectory without known values, and changes no other because of it', check: checkUnknown },
  { rule: 'never reads the number behind a null', check: checkNulls },
  { rule: 'gives a copied row what its original has', check: checkCopies },
  { rule: 'keeps every sign if rewards are doubled', check: checkScale },
]

function checkShape({ estimator, samples }: Subject): string {
  let [used, total] = [0, 0]
  for (const columns of samples) {
    const { advantages, mask } = creditOf(estimator, columns)
    const bad = advantages.findIndex((value, row) => !mask[row] && value !== 0)
    expect(bad === -1, () => `row ${bad} is masked and has the advantage ${advantages[bad]}`)
    used += mask.reduce((sum, each) => sum + each, 0)
    total += mask.length
  }
  expect(used > 0, () => `it masks all of ${counted(total, 'step')}: name everything that it needs in consumes`)
  return `${used} of ${counted(total, 'step')} have one`
}

function checkFunction({ estimator, samples }: Subject): undefined {
  for (const columns of samples) {
    const [first, second] = [creditOf(estimator, columns), creditOf(estimator, columns)]
    expectSame('asked again, it gives', first.advantages, second.advantages, 0)
  }
}

function checkUntouched({ estimator, samples }: Subject): undefined {
  for (const columns of samples) {
    const batch = parseBatch(columns)
    const before = structuredClone(batch)
    soundCredit(estimator, batch)
    const changed = Object.entries(before).find(
      ([name, value]) => !isSame(value, Object.entries(batch).find(([key]) => key === name)?.[1]),
    )
    expect(changed === undefined, () => `it changed ${changed?.[0]} of the batch`)
  }
}

/** Typed arrays and maps of them as JSON. */
const isSame = (a: unknown, b: unknown): boolean => canonicalJson(jsonOf(a)) === canonicalJson(jsonOf(b))
const jsonOf = (value: unknown): unknown => {
  if (value instanceof Map) return [...value].map(([key, item]) => [key, jsonOf(item)])
  if (ArrayBuffer.isView(value)) return Array.from(new Uint8Array(value.buffer))
  if (Array.isArray(value)) return value.map(jsonOf)
  if (typeof value !== 'object' || value === null) return value ?? null
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonOf(item)]))
}

function checkOrder({ estimator, samples }: Subject): undefined {
  for (const columns of samples) {
    const reversed = rowsOf(columns).toSorted((a, b) =>
      columns.trajectory[a] === columns.trajectory[b] ? a - b : b - a,
    )
    const order = byTrajectory(columns, reversed)
    const before = inSource(parseBatch(columns), creditOf(estimator, columns).advantages)
    const shuffled = picked(columns, order)
    const after = inSource(parseBatch(shuffled), creditOf(estimator, shuffled).advantages)
    expectSame(
      'with trajectories in another order, it gives',
      order.map((row) => before[row] ?? 0),
      after,
      TOLERANCE,
    )
  }
}

function checkUnknown({ estimator, samples }: Subject): undefined {
  for (const columns of samples) {
    const unknown = withUnknown(columns)
    const { mask, advantages } = creditOf(estimator, unknown.columns)
    const batch = parseBatch(unknown.columns)
    const isUsed = unknown.rows.find((row) => inSource(batch, mask)[row])
    expect(isUsed === undefined, () => `row ${isUsed} has an advantage, and every signal of its trajectory is null`)
    const others = withoutTrajectory(columns)
    const own = inSource(parseBatch(others), creditOf(estimator, others).advantages)
    const kept = inSource(batch, advantages).filter((_, row) => !unknown.rows.includes(row))
    expectSame('without the unknown trajectory, it gives', own, kept, TOLERANCE)
  }
}

function checkNulls({ estimator, samples }: Subject): undefined {
  for (const columns of samples) {
    const batch = parseBatch(withUnknown(columns).columns)
    const [plain, filled] = [soundCredit(estimator, batch), soundCredit(estimator, withNumbersBehindNulls(batch))]
    expectSame('with 1e6 behind the nulls, it gives', plain.advantages, filled.advantages, 0)
  }
}

function withNumbersBehindNulls(batch: StepBatch): StepBatch {
  const signals = [...batch.signals].map(
    ([name, signal]) =>
      [name, { ...signal, values: signal.values.map((value, row) => (signal.known[row] ? value : 1e6)) }] as const,
  )
  const outcomes = [...batch.outcomes].map(
    ([name, { values, known }]) =>
      [name, { known, values: values.map((value, t) => (known[t] ? value : 1e6)) }] as const,
  )
  return { ...batch, signals: new Map(signals), outcomes: new Map(outcomes) }
}

function checkCopies({ estimator, samples }: Subject): undefined {
  for (const columns of samples) {
    const { columns: copied, originals } = withCopies(columns)
    const batch = parseBatch(copied)
    const credit = soundCredit(estimator, batch)
    const [values, marks] = [inSource(batch, credit.advantages), inSource(batch, credit.mask)]
    originals.forEach((original, at) => {
      const copy = columns.trajectory.length + at
      const isEqual = marks[copy] === marks[original] && isNear(values[copy] ?? 0, values[original] ?? 0, TOLERANCE)
      expect(isEqual, () => `row ${original} has ${values[original]}, and its copy ${values[copy]}`)
    })
  }
}

function checkScale({ estimator, samples }: Subject): undefined {
  for (const columns of samples) {
    const { signals } = creditOf(estimator, columns).diagnostics
    if (signals.length > 1) throw new NotApplicable(`it adds ${signals.join(' and ')}, which have different scales`)
    const doubled = {
      ...columns,
      signals: mapped(columns.signals, (value) => 2 * value),
      outcomes: { ...columns.outcomes },
    }
    const [before, after] = [creditOf(estimator, columns).advantages, creditOf(estimator, doubled).advantages]
    const turned = before.findIndex((value, row) => value * (after[row] ?? 0) < 0 && Math.abs(value) > 1e-6)
    expect(turned === -1, () => `a row goes from ${before[turned]} to ${after[turned]}`)
  }
}

const mapped = (signals: SampleColumns['signals'], of: (value: number) => number): SampleColumns['signals'] =>
  Object.fromEntries(
    Object.entries(signals).map(([name, cells]) => [name, cells.map((value) => (value === null ? null : of(value)))]),
  )

const creditOf = (estimator: Estimator, columns: SampleColumns): Credit => soundCredit(estimator, parseBatch(columns))

const rowsOf = ({ trajectory }: SampleColumns): readonly number[] => [...trajectory.keys()]

/** Rows with trajectories in the order of their first row here, each in its own order of time. */
const byTrajectory = ({ trajectory }: SampleColumns, rows: readonly number[]): readonly number[] => {
  const order = [...new Set(rows.map((row) => trajectory[row]))]
  return order.flatMap((id) => rows.filter((row) => trajectory[row] === id).toSorted((a, b) => a - b))
}

/** The same rows in another order. */
function picked(columns: SampleColumns, order: readonly number[]): SampleColumns {
  const cut = <T>(cells: readonly T[]): readonly T[] => order.flatMap((row) => cells.slice(row, row + 1))
  const each = <T>(named: Readonly<Record<string, readonly T[]>>) =>
    Object.fromEntries(Object.entries(named).map(([name, cells]) => [name, cut(cells)]))
  return {
    trajectory: cut(columns.trajectory),
    group: cut(columns.group),
    anchors: each(columns.anchors),
    nextAnchors: each(columns.nextAnchors),
    action: cut(columns.action),
    lineage: cut(columns.lineage),
    isActionValid: cut(columns.isActionValid),
    signals: each(columns.signals),
    perToken: each(columns.perToken),
    outcomes: each(columns.outcomes),
    logProbs: cut(columns.logProbs),
  }
}

const inSource = ({ sourceRow }: StepBatch, values: ArrayLike<number>): readonly number[] => {
  const ordered: number[] = []
  sourceRow.forEach((source, row) => {
    ordered[source] = values[row] ?? 0
  })
  return ordered
}

const TOLERANCE = 1e-9

const isNear = (a: number, b: number, tolerance: number): boolean =>
  Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a))

function expectSame(what: string, a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): void {
  expect(a.length === b.length, () => `${what} ${b.length} values, not ${a.length}`)
  const at = Array.from(a).findIndex((value, row) => !isNear(value, b[row] ?? 0, tolerance))
  expect(at === -1, () => `${what} a row ${b[at]}, not ${a[at]}`)
}
