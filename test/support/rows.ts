import fc from 'fast-check'
import { inSourceOrder, parseBatch, type StepBatch } from '../../core/batch/index.ts'

/** A step as plain versions see it: an object. */
export interface Row {
  readonly group: string
  readonly trajectory: string
  readonly anchor: string
  readonly action: string
  readonly env: number
  readonly process: number
  readonly isActionValid: boolean
  readonly tokens: number
}

const trajectory = fc.array(
  fc.record({
    anchor: fc.constantFrom('p', 'q', 'r'),
    action: fc.constantFrom('x', 'y'),
    env: fc.constantFrom(0, 0, 0, 1, 2.5, 10),
    process: fc.double({ min: -1, max: 1, noNaN: true }),
    isActionValid: fc.constantFrom(true, true, false),
    tokens: fc.integer({ min: 1, max: 4 }),
  }),
  { minLength: 1, maxLength: 5 },
)
const groups = fc.array(fc.array(trajectory, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 })

/** Rows of all trajectories, dealt out in any order that keeps each trajectory's own. */
export const rowsArbitrary: fc.Arbitrary<readonly Row[]> = fc
  .tuple(groups, fc.infiniteStream(fc.nat()))
  .map(([members, rng]) => {
    const queues = members.flatMap((group, g) =>
      group.map((steps, m) => steps.map((step): Row => ({ ...step, group: `g${g}`, trajectory: `g${g}/${m}` }))),
    )
    const dealt: Row[] = []
    for (let left = queues; left.length > 0; left = left.filter((queue) => queue.length > 0)) {
      const { value = 0 } = rng.next()
      const next = left[value % left.length]?.shift()
      if (next) dealt.push(next)
    }
    return dealt
  })

export const batchOfRows = (rows: readonly Row[]): StepBatch =>
  parseBatch({
    group: rows.map(({ group }) => group),
    trajectory: rows.map((row) => row.trajectory),
    anchors: { text: rows.map(({ anchor }) => anchor) },
    action: rows.map(({ action }) => action),
    signals: { env: rows.map(({ env }) => env), process: rows.map(({ process }) => process) },
    isActionValid: rows.map(({ isActionValid }) => isActionValid),
    tokenCounts: rows.map(({ tokens }) => tokens),
  })

/** Values of rows in the order of the objects. */
export const inOrder = (batch: StepBatch, values: Float64Array = new Float64Array()): readonly number[] => [
  ...inSourceOrder(batch, values),
]

/** Rows of the same trajectory, in order of time. */
export const siblings = (rows: readonly Row[], { trajectory: own }: Row): readonly Row[] =>
  rows.filter((row) => row.trajectory === own)
export const groupOf = (rows: readonly Row[], { group: own }: Row): readonly Row[] =>
  rows.filter(({ group }) => group === own)

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** @param correction 1 for Bessel's. */
export const deviation = (values: readonly number[], correction: 0 | 1 = 1): number =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - correction))

/** (value - mean) / (deviation + epsilon) among peers, exactly 0 among equals; a lone value is given `alone`. */
export function standing(value: number, peers: readonly number[], alone: number, correction: 0 | 1 = 1): number {
  if (peers.length === 1) return alone
  if (peers.every((peer) => peer === value)) return 0
  return (value - mean(peers)) / (deviation(peers, correction) + 1e-6)
}

export const episodeScore = (rows: readonly Row[], row: Row): number =>
  siblings(rows, row).reduce((sum, { env }) => sum + env, 0)

/** After the invalid-action penalty. */
export const penalisedScore = (rows: readonly Row[], row: Row): number =>
  episodeScore(rows, row) - (row.isActionValid ? 0 : 0.1)

export const discountedReturn = (rows: readonly Row[], row: Row, gamma: number): number => {
  const own = siblings(rows, row)
  return own.slice(own.indexOf(row)).reduce((sum, { env }, ahead) => sum + gamma ** ahead * env, 0)
}
export const penalisedReturn = (rows: readonly Row[], row: Row, gamma: number): number =>
  discountedReturn(rows, row, gamma) - (row.isActionValid ? 0 : 0.1)

/** The greatest difference of two lists of equal length. */
export const distance = (a: readonly number[], b: readonly number[]): number =>
  a.length === b.length ? a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? 0))), 0) : Infinity
