import type { StepBatch } from '../../core/batch/index.ts'
import { assignCredit, type CreditRequest, type NoCredit } from '../../rewards/credit/index.ts'
import { bestScale, correlation, rankCorrelation, squaredError } from '../creditbench/measures/agreement.ts'
import type { Paired } from '../creditbench/measures/estimates.ts'
import { type Estimated, jackknifeInterval } from '../statistics/interval.ts'
import { certaintyOf } from './certainty.ts'
import { intervalOf } from './interval.ts'
import type { StepRow } from './rows.ts'

/** How one estimator agrees with values by forks, on the steps that have both. */
export interface Agreement {
  readonly label: string
  /** Steps compared. */
  readonly steps: number
  /** Share of the steps of known value that the estimator gives an advantage. */
  readonly share: number
  /** Pearson's correlation of advantages and forked advantages; null where either does not vary. */
  readonly correlation: Estimated | null
  /** Spearman's rank correlation. */
  readonly rankCorrelation: Estimated | null
  /** Mean squared error at the estimator's best scale, in units of the forked advantages' own mean square. */
  readonly error: Estimated | null
  /** Share of steps with the same sign, among those whose forked advantage surely is not 0: the mean over blocks. */
  readonly sign: Estimated | null
  /** Why there are no advantages; null where there are. */
  readonly reason: NoCredit | null
}

/** An estimator under options, and the name of its row. */
export interface LabelledRequest extends CreditRequest {
  readonly label: string
}

/** What is compared, and of what it consists: steps of one block depend on each other, blocks do not. */
interface Compared extends Paired {
  /** Block of each pair. */
  readonly blocks: Int32Array
  /** 1 where the sign of the truth is sure. */
  readonly isSure: Uint8Array
}

/**
 * Advantages of a run's steps against their values by forks. Intervals are over groups, or over trajectories where the
 * run has one group: a delete-one jackknife, and for signs the betting interval of `intervalOf`. They do not cover the
 * noise of the forks, which lowers every correlation and raises every error alike.
 * @param values of steps by their own trajectory; those without a value are left out.
 */
export function agreementsWith(
  batch: StepBatch,
  values: readonly StepRow[],
  requests: readonly LabelledRequest[],
): readonly Agreement[] {
  const known = new Map(values.filter(({ advantage }) => advantage.value !== null).map((row) => [keyOf(row), row]))
  const rowTruths = Array.from({ length: batch.rowCount }, (_, row) => known.get(keyOf(placeOf(batch, row))))
  const blockOf = batch.groups.length > 1 ? batch.groupOf : batch.trajectoryOf
  return requests.map((request) => agreementOf(batch, rowTruths, blockOf, request))
}

const keyOf = ({ trajectoryId, index }: Pick<StepRow, 'trajectoryId' | 'index'>): string => `${index} ${trajectoryId}`

const placeOf = ({ trajectories, trajectoryOf, stepIndex }: StepBatch, row: number) => ({
  trajectoryId: trajectories.ids[trajectoryOf[row] ?? 0] ?? '',
  index: stepIndex[row] ?? 0,
})

function agreementOf(
  batch: StepBatch,
  rowTruths: readonly (StepRow | undefined)[],
  blockOf: Int32Array,
  { label, ...request }: LabelledRequest,
): Agreement {
  const [assigned] = assignCredit(batch, [request])
  if (!assigned?.credit) return { ...NOTHING, label, reason: assigned?.reason ?? null }
  const { advantages, mask } = assigned.credit
  const withValue = rowTruths.flatMap((truth, row) => (truth ? [{ truth, row }] : []))
  const used = withValue.filter(({ row }) => mask[row] === 1)
  const compared: Compared = {
    estimates: Float64Array.from(used, ({ row }) => advantages[row] ?? 0),
    truth: Float64Array.from(used, ({ truth }) => truth.advantage.value ?? 0),
    blocks: Int32Array.from(used, ({ row }) => blockOf[row] ?? 0),
    isSure: Uint8Array.from(used, ({ truth }) => (certaintyOf(truth) === 'undecided' ? 0 : 1)),
  }
  return {
    label,
    steps: used.length,
    share: withValue.length === 0 ? 0 : used.length / withValue.length,
    correlation: overBlocks(compared, correlation),
    rankCorrelation: overBlocks(compared, rankCorrelation),
    error: overBlocks(compared, scaledError),
    sign: signAgreement(compared),
    reason: null,
  }
}

const NOTHING = { steps: 0, share: 0, correlation: null, rankCorrelation: null, error: null, sign: null } as const

function scaledError(pair: Paired): number | null {
  const scale = bestScale([pair])
  return scale === null ? null : squaredError(pair, scale)
}

/** A statistic of all pairs with its jackknife interval; null where it is not defined, or there are too few blocks. */
function overBlocks(compared: Compared, statistic: (pair: Paired) => number | null): Estimated | null {
  const whole = statistic(compared)
  if (whole === null) return null
  const blocks = [...new Set(compared.blocks)]
  const parts = blocks.map((block) => statistic(without(compared, block)))
  return jackknifeInterval(
    whole,
    parts.filter((part) => part !== null),
  )
}

function without({ estimates, truth, blocks }: Compared, block: number): Paired {
  const isKept = (_: number, at: number): boolean => blocks[at] !== block
  return { estimates: estimates.filter(isKept), truth: truth.filter(isKept) }
}

/** An estimate of 0 has no sign, so it agrees with none. */
function signAgreement({ estimates, truth, blocks, isSure }: Compared): Estimated | null {
  const counts = new Map<number, { right: number; all: number }>()
  for (let at = 0; at < truth.length; at++) {
    if (!isSure[at]) continue
    const count = counts.get(blocks[at] ?? 0) ?? { right: 0, all: 0 }
    const isRight = (estimates[at] ?? 0) * (truth[at] ?? 0) > 0
    counts.set(blocks[at] ?? 0, { right: count.right + (isRight ? 1 : 0), all: count.all + 1 })
  }
  const shares = [...counts.values()].map(({ right, all }) => right / all)
  if (shares.length < 2) return null
  const range = { low: 0, high: 1 }
  const bounds = intervalOf(shares, { range, confidence: 0.95, planned: shares.length, method: 'betting' })
  return { value: shares.reduce((sum, share) => sum + share, 0) / shares.length, ...bounds }
}
