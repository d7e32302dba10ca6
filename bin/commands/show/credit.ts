import type { StepBatch } from '../../../core/batch/index.ts'
import { type Assigned, advantageAt, assignCredit, type NoCredit, type Shaping } from '../../../rewards/credit/index.ts'
import { assigned } from '../../config/readers.ts'
import { creditRequests } from '../credit/requests.ts'
import { sourceOfRun } from '../credit/source.ts'

/** Advantages of every step of a run, by estimator. */
export interface CreditColumns {
  /** Null where a step has none. */
  at(trajectoryId: string, index: number): Readonly<Record<string, number | null>>
  /** Estimators that have none at all, and why. */
  readonly without: Readonly<Record<string, NoCredit>>
}

export const NO_COLUMNS: CreditColumns = { at: () => ({}), without: {} }

export interface CreditFlags {
  readonly estimator?: readonly string[]
  readonly options?: readonly string[]
}

/**
 * The advantages that `stepgym credit` would assign to the steps of a run.
 * @throws GymError as `creditRequests` and `sourceOfRun`; CONFIG_INVALID for options of an estimator
 */
export async function creditColumns(
  folder: string,
  run: string,
  { estimator = [], options = [] }: CreditFlags,
  shaping: Shaping | null,
): Promise<CreditColumns> {
  if (estimator.length === 0) return NO_COLUMNS
  const requests = await creditRequests(folder, estimator, assigned(options) ?? {})
  const { batch } = sourceOfRun(folder, run)
  return columnsOf(batch, assignCredit(batch, requests, shaping))
}

function columnsOf(batch: StepBatch, all: readonly Assigned[]): CreditColumns {
  const rows = rowsByStep(batch)
  return {
    at(trajectoryId, index) {
      const row = rows.get(keyOf(trajectoryId, index))
      const advantageBy = ({ credit }: Assigned): number | null =>
        credit === null || row === undefined ? null : advantageAt(credit, row)
      return Object.fromEntries(all.map((each) => [each.estimator, advantageBy(each)]))
    },
    without: Object.fromEntries(all.flatMap(({ estimator, reason }) => (reason === null ? [] : [[estimator, reason]]))),
  }
}

function rowsByStep({ rowCount, trajectories, trajectoryOf, stepIndex }: StepBatch): ReadonlyMap<string, number> {
  const rows = new Map<string, number>()
  for (let row = 0; row < rowCount; row++)
    rows.set(keyOf(trajectories.ids[trajectoryOf[row] ?? 0] ?? '', stepIndex[row] ?? 0), row)
  return rows
}

const keyOf = (trajectoryId: string, index: number): string => `${index} ${trajectoryId}`
