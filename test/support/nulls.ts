import { inSourceOrder, parseBatch } from '../../core/batch/index.ts'
import type { Estimator } from '../../rewards/estimator/estimator.ts'

/** Signals and columns in which a step may have a null. */
const PLACES = ['env', 'turn', 'gain', 'process', 'value', 'sum-pi-squared', 'baseline', 'anchors'] as const
type Place = (typeof PLACES)[number]

const ROWS = ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'c', 'c']
const VALUES = [0, 1, 2, 1, 0, 4, 0, 0, 1]

/** Three trajectories of three steps, with everything that an estimator asks for; a null in one place of `a`. */
function batchWithNull(place: Place, at: number) {
  const cells = (own: Place): readonly (number | null)[] =>
    VALUES.map((value, row) => (own === place && row === at ? null : own === 'baseline' ? 1 : value))
  const tokens = (own: Place) => cells(own).map((value) => (value === null ? null : [value, value / 2]))
  return parseBatch({
    trajectory: ROWS,
    group: ROWS.map(() => 'g'),
    anchors: {
      text: ['p', 'q', 'r', 'p', 'q', 'r', 'p', 'q', 'r'].map((text, row) =>
        place === 'anchors' && row === at ? null : text,
      ),
    },
    action: ['x', 'y', 'x', 'y', 'x', 'y', 'x', 'x', 'x'],
    lineage: ROWS,
    signals: Object.fromEntries(
      ['env', 'turn', 'gain', 'baseline'].map((name) => [name, cells(isPlace(name) ? name : 'env')]),
    ),
    perToken: Object.fromEntries(
      ['process', 'value', 'sum-pi-squared'].map((name) => [name, tokens(isPlace(name) ? name : 'value')]),
    ),
    outcomes: { success: ROWS.map((id) => (id === 'b' ? 1 : 0)), 'answer-consistency': ROWS.map(() => 0.5) },
    logProbs: ROWS.map(() => [-1, -0.5]),
  })
}

const isPlace = (name: string): name is Place => PLACES.some((place) => place === name)

/** Steps of `a` that have no advantage. */
function lost(estimator: Estimator, place: Place, at: number, onNull: string): readonly number[] {
  const batch = batchWithNull(place, at)
  const mask = inSourceOrder(batch, Float64Array.from(estimator.compute(batch, { onNull }).mask))
  return [0, 1, 2].filter((step) => !mask[step])
}

/** What a null at a step of a trajectory of three does to it: by default, then under `drop-row`. */
export function nullEffect(estimator: Estimator, place: Place, at: number): string {
  const words = (steps: readonly number[]): string => {
    if (steps.length === 0) return 'none'
    if (steps.length === 3) return 'all'
    if (steps.length === 1 && steps[0] === at) return 'it'
    if (steps.length === at + 1 && steps.every((step) => step <= at)) return 'it and before'
    return 'it and the one before'
  }
  const [whole, row] = ['drop-trajectory', 'drop-row'].map((onNull) => words(lost(estimator, place, at, onNull)))
  return whole === row ? `${whole}` : `${whole}; ${row}`
}

/** Rows of the table of docs/credit.md: estimator, where the null is, and its effect in the first, a middle, the last step. */
export function nullTable(estimator: Estimator): readonly (readonly string[])[] {
  const places = PLACES.filter((place) => estimator.consumes.some((each) => each.split(' ')[0] === place))
  return places.map((place) => [
    `\`${estimator.name}\``,
    place,
    ...[0, 1, 2].map((at) => nullEffect(estimator, place, at)),
  ])
}
