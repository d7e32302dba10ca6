import type { StepBatch } from '../../core/batch/index.ts'
import type { Diagnostics } from '../../core/data/diagnostics.ts'
import { GymError, messageOf } from '../../core/data/errors.ts'
import { counted } from '../../core/data/shown.ts'
import type { JsonObject } from '../../core/data/types.ts'
import type { NoCredit } from '../../core/protocol/index.ts'
import type { Credit, Estimator } from '../estimator/estimator.ts'
import { configInvalid } from '../estimator/options.ts'
import type { Clock } from '../shaping/apply.ts'
import type { Recipe } from '../shaping/recipe.ts'
import { type Shaped, shapeBatch } from '../shaping/shape-batch.ts'
import { invalidEstimator, soundCredit } from './sound.ts'

/** An estimator that is asked for advantages, with options over its defaults. */
export interface CreditRequest {
  readonly estimator: Estimator
  readonly options?: JsonObject
}

/** How signals are combined before anything is estimated. */
export interface Shaping extends Clock {
  readonly recipe: Recipe
}

export type { NoCredit }

/** What came of a request: advantages, or the reason for none. */
export type Assigned =
  | { readonly estimator: string; readonly credit: Credit; readonly reason: null }
  | { readonly estimator: string; readonly credit: null; readonly reason: NoCredit }

/**
 * Advantages of a batch by several estimators. A signal that an estimator needs and the batch lacks, an advantage that
 * is not a number and any error of an estimator are the reason why that one has none; the others have theirs. A
 * recipe's total represents the option `episode` or `outcome`, its values of steps for `reward` or `turn`, unless a
 * request names others.
 * @throws GymError CONFIG_INVALID for options, for a recipe that cannot be applied, and where an invalid action would
 *   be charged twice; SIGNAL_MISSING for what the recipe needs.
 */
export function assignCredit(
  batch: StepBatch,
  requests: readonly CreditRequest[],
  shaping: Shaping | null = null,
): readonly Assigned[] {
  const shaped = shaping ? shapeBatch(batch, shaping.recipe, shaping) : null
  return requests.map((request) => attempt(request, () => assignOne(shaped?.batch ?? batch, request, shaping, shaped)))
}

/**
 * Advantages of a batch by one estimator.
 * @throws GymError as `assignCredit`; SIGNAL_MISSING, ESTIMATOR_INVALID; any error of the estimator.
 */
export function computeCredit(batch: StepBatch, request: CreditRequest, shaping: Shaping | null): Credit {
  const shaped = shaping ? shapeBatch(batch, shaping.recipe, shaping) : null
  return assignOne(shaped?.batch ?? batch, request, shaping, shaped)
}

function attempt({ estimator: { name } }: CreditRequest, compute: () => Credit): Assigned {
  try {
    return { estimator: name, credit: compute(), reason: null }
  } catch (thrown) {
    if (thrown instanceof GymError && thrown.code === 'CONFIG_INVALID') throw thrown
    const own = thrown instanceof GymError ? thrown : invalidEstimator(`${name} threw: ${messageOf(thrown)}`)
    return { estimator: name, credit: null, reason: reasonOf(own) }
  }
}

/** The same, with the reason for none where every row is masked. */
export function withReason(assigned: Assigned): Assigned {
  if (assigned.credit === null || assigned.credit.mask.includes(1)) return assigned
  return { estimator: assigned.estimator, credit: null, reason: unusable(assigned.credit.diagnostics) }
}

/** Why no row has an advantage. */
export function unusable({ groups, nulls, rows }: Diagnostics): NoCredit {
  const lacking = Object.entries(nulls).flatMap(([signal, count]) => (count > 0 ? [`${count} of ${signal}`] : []))
  const none = rows.withoutTokens > 0 ? 'no usable step has tokens' : 'no step is usable'
  const few = groups.tooSmall > 0 ? tooFew(groups) : none
  const why = lacking.length > 0 ? `: values are null, ${lacking.join(', ')}` : ''
  return { code: 'SIGNAL_MISSING', message: `${few}${why}` }
}

function tooFew({ total, tooSmall, usable: { most, needed } }: Diagnostics['groups']): string {
  const where = total > 1 ? ` in ${tooSmall} of ${counted(total, 'group')}` : ''
  return `too few trajectories are usable${where} (${total > 1 ? 'at most ' : ''}${most}; a group needs ${needed})`
}

export const reasonOf = ({ code, message }: GymError): NoCredit => ({ code, message })

function assignOne(
  batch: StepBatch,
  { estimator, options = {} }: CreditRequest,
  shaping: Shaping | null,
  shaped: Shaped | null,
): Credit {
  const byRecipe = shaped ? recipeOptions(estimator.defaults, shaped) : {}
  const credit = soundCredit(estimator, batch, { ...byRecipe, ...options })
  const { recipe } = shaping ?? {}
  const made = recipe?.terms.map(({ signal }) => signal) ?? []
  expectOneCharge(credit.diagnostics, (signal) => (signal === recipe?.name ? made : [signal]))
  const isIdle = recipe !== undefined && !credit.diagnostics.signals.includes(recipe.name)
  return isIdle
    ? withWarning(credit, `the recipe ${recipe.name} changes nothing here: ${estimator.name} ${READS}`)
    : credit
}

const READS = 'consumes none of its signals; name one in an option to change that'

const withWarning = (credit: Credit, warning: string): Credit => ({
  ...credit,
  diagnostics: { ...credit.diagnostics, warnings: [...credit.diagnostics.warnings, warning] },
})

/** Options that name what an episode is worth, and what a step earns. */
const TOTALS: readonly string[] = ['episode', 'outcome']
const STEPS: readonly string[] = ['reward', 'turn']

/**
 * Options by which an estimator consumes what a recipe made, where it has such options: its total as the episode's
 * score, its values of steps as their rewards. Implicit process rewards are per token, and stay what they are.
 */
function recipeOptions(defaults: JsonObject, { steps, total }: Pick<Shaped, 'steps' | 'total'>): JsonObject {
  const named = Object.keys(defaults).flatMap((option) => {
    if (total !== null && TOTALS.includes(option)) return [[option, total] as const]
    return steps !== null && STEPS.includes(option) ? [[option, steps] as const] : []
  })
  return Object.fromEntries(named)
}

/** Hooks that charge for what the column `isActionValid` says. */
const VALIDITY_HOOKS: readonly string[] = ['format', 'validity', 'valid-action', 'action-valid', 'is-action-valid']

/**
 * Refuses to charge an invalid action twice.
 * @param partsOf names of the signals that a signal was made of.
 * @throws GymError CONFIG_INVALID
 */
function expectOneCharge(
  { estimator, options, signals }: Diagnostics,
  partsOf: (signal: string) => readonly string[],
): void {
  const penalty = options.invalidActionPenalty
  const hook = signals.flatMap(partsOf).find((name) => VALIDITY_HOOKS.includes(name))
  if (hook === undefined || typeof penalty !== 'number' || penalty === 0) return
  throw configInvalid(
    `${estimator} would charge invalid actions twice, by the signal ${hook} and by invalidActionPenalty ${penalty}: ` +
      `set ${estimator}.invalidActionPenalty=0, or leave ${hook} out`,
  )
}
