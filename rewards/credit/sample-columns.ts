import { Rng } from '../../core/data/rng.ts'

type Columns<T> = Readonly<Record<string, readonly T[]>>

/** Steps with every column that an estimator may consume. */
export interface SampleColumns {
  readonly trajectory: readonly string[]
  readonly group: readonly string[]
  readonly anchors: Columns<string | null>
  readonly nextAnchors: Columns<string | null>
  readonly action: readonly string[]
  readonly lineage: readonly string[]
  readonly isActionValid: readonly boolean[]
  readonly signals: Columns<number | null>
  readonly perToken: Columns<readonly number[] | null>
  readonly outcomes: Columns<number | null>
  readonly logProbs: readonly (readonly number[] | null)[]
}

/** Anything that is not a signal, of what estimators say they consume. */
const COLUMNS = ['anchors', 'actions', 'next anchors', 'lineage', 'tokens', 'log-probabilities', 'success']

/** Two groups of three trajectories of one to three steps, the same for the same seed. */
export function sampleColumns(seed: number, consumes: readonly string[]): SampleColumns {
  const rng = new Rng({ word0: seed, word1: 0 }, 0)
  const lengths = Array.from({ length: 6 }, () => rng.int(1, 3))
  const trajectory = lengths.flatMap((length, t) => Array.from({ length }, () => `trajectory ${t}`))
  const group = lengths.flatMap((length, t) => Array.from({ length }, () => `group ${t % 2}`))
  const one = <T>(draw: () => T): readonly T[] => trajectory.map(draw)
  const tokens = trajectory.map(() => rng.int(1, 3))
  const perToken = (draw: () => number): readonly (readonly number[])[] =>
    tokens.map((length) => Array.from({ length }, draw))
  const names = [...new Set(['env', ...consumes.map((each) => each.replace(/ \(.*\)$/, ''))])]
  const wanted = names.filter((name) => !COLUMNS.includes(name))
  const ofTokens = consumes.filter((each) => each.endsWith('(per token)')).map((each) => each.replace(/ \(.*\)$/, ''))
  const success = new Map(lengths.map((_, t) => [`trajectory ${t}`, t < 2 ? t : rng.int(0, 1)]))
  return {
    trajectory,
    group,
    anchors: { text: one(() => `place ${rng.int(0, 2)}`), state: one(() => `state ${rng.int(0, 2)}`) },
    nextAnchors: { text: one(() => null), state: one(() => null) },
    action: one(() => `action ${rng.int(0, 1)}`),
    lineage: one(() => '0:'),
    isActionValid: one(() => true),
    signals: Object.fromEntries(wanted.map((name) => [name, one(() => rng.int(0, 8) / 4)])),
    perToken: Object.fromEntries(ofTokens.map((name) => [name, perToken(() => rng.int(1, 9) / 10)])),
    outcomes: { success: trajectory.map((id) => success.get(id) ?? 0) },
    logProbs: perToken(() => -rng.int(1, 9) / 10),
  }
}

const FIRST = 'trajectory 0'

const rowsOfFirst = ({ trajectory }: SampleColumns): readonly number[] =>
  trajectory.flatMap((id, row) => (id === FIRST ? [row] : []))

/** With every signal of one trajectory unknown. */
export function withUnknown(columns: SampleColumns) {
  const rows = rowsOfFirst(columns)
  const without = <T>(named: Columns<T | null>): Columns<T | null> =>
    Object.fromEntries(
      Object.entries(named).map(([name, cells]) => [
        name,
        cells.map((cell, row) => (rows.includes(row) ? null : cell)),
      ]),
    )
  const { signals, perToken, outcomes } = columns
  return {
    rows,
    columns: { ...columns, signals: without(signals), perToken: without(perToken), outcomes: without(outcomes) },
  }
}

/** Without that trajectory. */
export function withoutTrajectory(columns: SampleColumns): SampleColumns {
  const { trajectory } = columns
  const kept = <T>(cells: readonly T[]): readonly T[] => cells.filter((_, row) => trajectory[row] !== FIRST)
  const each = <T>(named: Columns<T>): Columns<T> =>
    Object.fromEntries(Object.entries(named).map(([name, cells]) => [name, kept(cells)]))
  return {
    trajectory: kept(trajectory),
    group: kept(columns.group),
    anchors: each(columns.anchors),
    nextAnchors: each(columns.nextAnchors),
    action: kept(columns.action),
    lineage: kept(columns.lineage),
    isActionValid: kept(columns.isActionValid),
    signals: each(columns.signals),
    perToken: each(columns.perToken),
    outcomes: each(columns.outcomes),
    logProbs: kept(columns.logProbs),
  }
}

/** With the first rows of two trajectories once more at the end, as trainers fill batches up. */
export function withCopies(columns: SampleColumns) {
  const { trajectory } = columns
  const originals = [0, trajectory.lastIndexOf(trajectory.at(-1) ?? '')].filter(
    (row, at, all) => all.indexOf(row) === at,
  )
  const more = <T>(cells: readonly T[]): readonly T[] => [
    ...cells,
    ...originals.flatMap((row) => cells.slice(row, row + 1)),
  ]
  const each = <T>(named: Columns<T>): Columns<T> =>
    Object.fromEntries(Object.entries(named).map(([name, cells]) => [name, more(cells)]))
  return {
    originals,
    columns: {
      trajectory: more(trajectory),
      group: more(columns.group),
      anchors: each(columns.anchors),
      nextAnchors: each(columns.nextAnchors),
      action: more(columns.action),
      lineage: more(columns.lineage),
      isActionValid: more(columns.isActionValid),
      signals: each(columns.signals),
      perToken: each(columns.perToken),
      outcomes: each(columns.outcomes),
      logProbs: more(columns.logProbs),
      copyOf: [...trajectory.map(() => null), ...originals],
    },
  }
}
