import type { StepBatch } from '../../core/batch/index.ts'
import type { Diagnostics } from '../../core/data/diagnostics.ts'
import { GymError, messageOf } from '../../core/data/errors.ts'
import { counted } from '../../core/data/shown.ts'
import type { JsonObject } from '../../core/data/types.ts'
import type { NoCredit } from '../../core/protocol/index.ts'
import type { Credit, Estimator } from '../estimator/estimator.ts'
import { configInvalid } from '../estimator/options.ts'
import type { Clock } from '../shaping/apply.ts'
import { type Curation, curated, EVERYTHING, withoutTrajectories } from '../shaping/curation.ts'
import type { Recipe } from '../shaping/recipe.ts'
import { type Shaped, shapeBatch } from '../shaping/shape-batch.ts'
import { renamingAdvice } from './absent-signals.ts'
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
 * request names others. Trajectories that `curation` leaves out are compared with none; steps outside a mask, of
 * `curation` or the recipe, have no advantage.
 * @throws GymError CONFIG_INVALID for options, for a recipe that cannot be applied, and where an invalid action would
 *   be charged twice; SIGNAL_MISSING for what the recipe, a filter or a mask needs.
 */
export function assignCredit(
  batch: StepBatch,
  requests: readonly CreditRequest[],
  shaping: Shaping | null = null,
  curation: Curation = EVERYTHING,
): readonly Assigned[] {
  const prepared = prepare(batch, shaping, curation)
  return requests.map((request) => attempt(prepared, request, shaping))
}

/**
 * Advantages of a batch by one estimator.
 * @throws GymError as `assignCredit`; SIGNAL_MISSING, ESTIMATOR_INVALID; any error of the estimator.
 */
export const computeCredit = (batch: StepBatch, request: CreditRequest, shaping: Shaping | null): Credit =>
  assignOne(prepare(batch, shaping, EVERYTHING), request, shaping)

/** A batch as estimators get it. */
interface Prepared {
  readonly batch: StepBatch
  /** What the recipe made. */
  readonly shaped: Shaped | null
  /** Whether filters leave no trajectory. */
  readonly isEmpty: boolean
  /** 1 for rows that may have an advantage; null for all. */
  readonly rows: Uint8Array | null
}

function prepare(batch: StepBatch, shaping: Shaping | null, { filters, mask }: Curation): Prepared {
  const masks = [mask, shaping?.recipe.mask].filter((each) => each !== undefined && each !== null)
  const none = new Uint8Array(batch.trajectories.ids.length)
  const leftOut = filters.length === 0 ? none : curated(batch, { filters, mask: null }).leftOut
  const clean = withoutTrajectories(batch, leftOut)
  const shaped = shaping ? shapeBatch(clean, shaping.recipe, shaping, leftOut) : null
  const rows = masks.map((each) => curated(batch, { filters: [], mask: each }).rows)
  const inAll = (row: number): number => (rows.every((each) => each[row] === 1) ? 1 : 0)
  return {
    batch: shaped?.batch ?? clean,
    shaped,
    isEmpty: !leftOut.includes(0),
    rows: rows.length === 0 ? null : Uint8Array.from({ length: batch.rowCount }, (_, row) => inAll(row)),
  }
}

function attempt(prepared: Prepared, request: CreditRequest, shaping: Shaping | null): Assigned {
  const { estimator } = request
  const { name } = estimator
  try {
    return { estimator: name, credit: assignOne(prepared, request, shaping), reason: null }
  } catch (thrown) {
    if (thrown instanceof GymError && thrown.code === 'CONFIG_INVALID') throw thrown
    const own = thrown instanceof GymError ? thrown : invalidEstimator(`${name} threw: ${messageOf(thrown)}`)
    const advice =
      own.code === 'SIGNAL_MISSING' && !prepared.isEmpty
        ? renamingAdvice(prepared.batch, estimator, optionsUnder(prepared, request))
        : ''
    return { estimator: name, credit: null, reason: { code: own.code, message: own.message + advice } }
  }
}

/** The same, with the reason for none where every row is masked. */
export function withReason(assigned: Assigned): Assigned {
  if (assigned.credit === null || assigned.credit.mask.includes(1)) return assigned
  return { estimator: assigned.estimator, credit: null, reason: unusable(assigned.credit.diagnostics) }
}

/** Why no row has an advantage. */
export function unusable({ groups, nulls, rows, warnings }: Diagnostics): NoCredit {
  if (warnings.includes(ALL_MASKED)) return { code: 'SIGNAL_MISSING', message: ALL_MASKED }
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

function assignOne(prepared: Prepared, request: CreditRequest, shaping: Shaping | null): Credit {
  const { batch, rows, isEmpty } = prepared
  const { estimator } = request
  if (isEmpty) throw new GymError('SIGNAL_MISSING', 'the filters leave no trajectory')
  const credit = masked(batch, soundCredit(estimator, batch, optionsUnder(prepared, request)), rows)
  const { recipe } = shaping ?? {}
  const made = recipe?.terms.map(({ signal }) => signal) ?? []
  expectOneCharge(credit.diagnostics, (signal) => (signal === recipe?.name ? made : [signal]))
  const isIdle = recipe !== undefined && !credit.diagnostics.signals.includes(recipe.name)
  return isIdle
    ? withWarning(credit, `the recipe ${recipe.name} changes nothing here: ${estimator.name} ${READS}`)
    : credit
}

/** Options of a request, over those that the recipe sets. */
const optionsUnder = ({ shaped }: Prepared, { estimator, options = {} }: CreditRequest): JsonObject => ({
  ...(shaped ? recipeOptions(estimator.defaults, shaped) : {}),
  ...options,
})

/** Credit of the marked rows alone. */
function masked({ tokens, rowCount }: StepBatch, credit: Credit, rows: Uint8Array | null): Credit {
  if (rows === null) return credit
  const mask = credit.mask.map((each, row) => each & (rows[row] ?? 0))
  const perToken = credit.perToken?.slice() ?? null
  for (let row = 0; row < rowCount; row++)
    if (!rows[row]) perToken?.fill(0, tokens ? tokens.starts[row] : row, tokens ? tokens.starts[row + 1] : row + 1)
  const { diagnostics } = credit
  const isMasked = mask.reduce((count, each) => count + (each ? 0 : 1), 0)
  return {
    ...credit,
    advantages: credit.advantages.map((value, row) => (mask[row] ? value : 0)),
    mask,
    perToken,
    diagnostics: {
      ...diagnostics,
      rows: { ...diagnostics.rows, masked: isMasked },
      warnings:
        credit.mask.includes(1) && !mask.includes(1) ? [...diagnostics.warnings, ALL_MASKED] : diagnostics.warnings,
    },
  }
}

const ALL_MASKED = 'the mask leaves no step that has an advantage'

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
