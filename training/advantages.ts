import type { StateScorer } from '../agents/policy.ts'
import type { StepBatch } from '../core/batch/index.ts'
import { GymError } from '../core/data/errors.ts'
import type { MaybePromise } from '../core/data/maybe-promise.ts'
import type { Group } from '../core/data/types.ts'
import { assignCredit, type CreditRequest, type NoCredit, type Shaping, withReason } from '../rewards/credit/index.ts'

/** Rows of an iteration that want advantages. */
export interface AdvantageContext {
  /** One row a step. */
  readonly batch: StepBatch
  /** What the batch is made of; `stepsOf` has its steps in the order of the rows. */
  readonly groups: readonly Group[]
  /** The policy that acted. */
  readonly scorer: StateScorer
  /** Counted from 1. */
  readonly iteration: number
}

/** Advantages aligned with the rows of a batch; rows where `mask` is 0 have none. */
export interface Advantages {
  readonly advantages: Float64Array
  readonly mask: Uint8Array
}

/** Advantages by a function of one's own: the exact ones of a world that can be solved, or random ones. */
export type AdvantageFunction = (context: AdvantageContext) => MaybePromise<Advantages>

/** Source of advantages: a registered estimator with its options, or a function. */
export type AdvantageSource = CreditRequest | AdvantageFunction

/** Advantages of an iteration with the warnings about them, or why it has none. */
export type Credited =
  | (Advantages & { readonly warnings: readonly string[]; readonly reason: null })
  | { readonly reason: NoCredit }

/**
 * Advantages of an iteration.
 * @throws GymError CONFIG_INVALID as `assignCredit`; ESTIMATOR_INVALID for a function whose answer does not fit the
 *   batch; what the function throws.
 */
export async function creditedBy(
  source: AdvantageSource,
  context: AdvantageContext,
  shaping: Shaping | null,
): Promise<Credited> {
  if (typeof source === 'function') return { ...sound(await source(context), context), warnings: [], reason: null }
  const [assigned] = assignCredit(context.batch, [source], shaping).map(withReason)
  if (!assigned?.credit) return { reason: assigned?.reason ?? NOTHING }
  const { advantages, mask, diagnostics } = assigned.credit
  return { advantages, mask, warnings: diagnostics.warnings, reason: null }
}

const NOTHING: NoCredit = { code: 'SIGNAL_MISSING', message: 'nothing was assigned' }

function sound({ advantages, mask }: Advantages, { batch }: AdvantageContext): Advantages {
  const bad = advantages.findIndex((value, row) => mask[row] !== 0 && !Number.isFinite(value))
  if (advantages.length === batch.rowCount && mask.length === batch.rowCount && bad === -1) return { advantages, mask }
  const problem =
    bad === -1
      ? `${advantages.length} advantages and ${mask.length} marks for ${batch.rowCount} rows`
      : `${advantages[bad]} for row ${bad}`
  throw new GymError('ESTIMATOR_INVALID', `the advantage function gives ${problem}`)
}
