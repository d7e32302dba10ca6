import type { Json } from '../../core/data/types.ts'
import { assignCredit } from '../../rewards/credit/index.ts'
import type { BenchEntry } from './entries.ts'
import type { Sample } from './sample.ts'
import type { Testbed } from './testbed.ts'

/** One sampled trajectory, step by step: what is true of its steps, and what estimators said of them. */
export interface Strip {
  /** Its return. */
  readonly earned: number
  readonly actions: readonly string[]
  /** The truth first; null where a step has no advantage. */
  readonly rows: readonly { readonly label: string; readonly values: readonly (number | null)[] }[]
}

/** Those that are shown, where they are measured: one without steps, two that compare states, ours. */
const SHOWN = ['truth', 'grpo', 'gigpo', 'crbc', 'evidence-closure']
const MOST_ROWS = 5
/** Steps that a picture has room for. */
const MOST_STEPS = 40

/**
 * The trajectory of a sample with the largest gains and losses together, of a group whose episodes earned differently
 * where there is one, as others have no credit to assign; null where none is short enough.
 */
export function stripOf(testbed: Testbed, sample: Sample, entries: readonly BenchEntry[]): Strip | null {
  const spans = spansOf(sample).filter(({ from, to }) => to > from && to - from <= MOST_STEPS)
  const mixed = spans.filter(({ group }) => returnsOf(sample, group).size > 1)
  const among = mixed.length > 0 ? mixed : spans
  const [chosen] = among.toSorted((a, b) => eventsOf(sample.truth, b) - eventsOf(sample.truth, a))
  return chosen ? stripAt(testbed, sample, chosen, shownOf(entries)) : null
}

const spansOf = ({ walks: { starts }, batch }: Sample): readonly Span[] =>
  Array.from({ length: starts.length - 1 }, (_, at) => ({
    from: starts[at] ?? 0,
    to: starts[at + 1] ?? 0,
    group: batch.trajectories.groupOf[at] ?? 0,
  }))

/** Different returns in a group. */
const returnsOf = (sample: Sample, group: number): ReadonlySet<number> =>
  new Set(
    spansOf(sample)
      .filter((span) => span.group === group)
      .map((span) => earnedIn(sample, span)),
  )

const earnedIn = ({ batch }: Sample, { from, to }: Span): number =>
  batch.signals
    .get('env')
    ?.values.subarray(from, to)
    .reduce((sum, reward) => sum + reward, 0) ?? 0

interface Span {
  readonly from: number
  /** One after the last row. */
  readonly to: number
  readonly group: number
}

/** The product of the largest gain and the largest loss. */
const eventsOf = (truth: Float64Array, { from, to }: Span): number => {
  const own = truth.subarray(from, to)
  return Math.max(0, ...own) * Math.max(0, ...own.map((value) => -value))
}

/** Fills up with others where few of the usual ones are measured. */
function shownOf(entries: readonly BenchEntry[]): readonly BenchEntry[] {
  const usual = SHOWN.flatMap((label) => entries.filter((entry) => entry.label === label))
  const others = entries.filter((entry) => !entry.isPlanted && !usual.includes(entry))
  return [...usual, ...others].slice(0, MOST_ROWS)
}

function stripAt(testbed: Testbed, sample: Sample, span: Span, entries: readonly BenchEntry[]): Strip {
  const at = Array.from({ length: span.to - span.from }, (_, step) => span.from + step)
  const rows = entries.flatMap(({ label, estimator, options }) => {
    const [assigned] = assignCredit(sample.batch, [{ estimator, options }])
    if (!assigned?.credit) return []
    const { advantages, mask } = assigned.credit
    return [{ label, values: at.map((row) => (mask[row] === 1 ? (advantages[row] ?? 0) : null)) }]
  })
  return {
    earned: earnedIn(sample, span),
    actions: at.map((row) => textOf(actionAt(testbed, sample, row))),
    rows,
  }
}

function actionAt({ tasks }: Testbed, { walks, batch }: Sample, row: number): Json {
  const model = tasks[batch.groupOf[row] ?? 0]?.model
  return model?.actions[model.actionOf[walks.choice[row] ?? 0] ?? 0] ?? null
}

const textOf = (action: Json): string => (typeof action === 'string' ? action : JSON.stringify(action))
