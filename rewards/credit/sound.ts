import type { StepBatch } from '../../core/batch/index.ts'
import { GymError, messageOf } from '../../core/data/errors.ts'
import { counted } from '../../core/data/shown.ts'
import type { JsonObject } from '../../core/data/types.ts'
import type { Credit, Estimator } from '../estimator/estimator.ts'

export const invalidEstimator = (message: string, cause?: unknown): GymError =>
  new GymError('ESTIMATOR_INVALID', message, cause === undefined ? {} : { cause })

/**
 * Computes and validates credit, so that trainers need not check it.
 * @throws GymError ESTIMATOR_INVALID where it throws something else than a GymError, or gives anything that is not a credit of this
 *   batch; what it throws itself.
 */
export function soundCredit(estimator: Estimator, batch: StepBatch, options: JsonObject = {}): Credit {
  const credit = computed(estimator, batch, options)
  expectShape(estimator.name, batch, credit)
  expectNumbers(estimator.name, batch, credit)
  return credit
}

function computed(estimator: Estimator, batch: StepBatch, options: JsonObject): Credit {
  const { name } = estimator
  if (typeof estimator.compute !== 'function') throw invalidEstimator(`${name} has no function compute(batch, options)`)
  try {
    return estimator.compute(batch, options)
  } catch (thrown) {
    if (thrown instanceof GymError) throw thrown
    throw invalidEstimator(`${name} threw: ${messageOf(thrown)}`, thrown)
  }
}

function expectShape(name: string, { rowCount, tokens }: StepBatch, credit: Partial<Credit> | null | undefined): void {
  if (typeof credit !== 'object' || credit === null)
    throw invalidEstimator(`${name} returns ${typeof credit}, and no credit`)
  const { advantages, mask, perToken = null, parts, diagnostics } = credit
  if (!(advantages instanceof Float64Array)) throw invalidEstimator(`${name}: advantages should be a Float64Array`)
  if (!(mask instanceof Uint8Array)) throw invalidEstimator(`${name}: mask should be a Uint8Array`)
  if (advantages.length !== rowCount)
    throw invalidEstimator(`${name} gives ${counted(advantages.length, 'advantage')} for ${counted(rowCount, 'step')}`)
  if (mask.length !== rowCount)
    throw invalidEstimator(`${name} gives a mask of ${mask.length} for ${counted(rowCount, 'step')}`)
  const tokenCount = tokens?.starts.at(-1) ?? rowCount
  if (perToken !== null && perToken.length !== tokenCount)
    throw invalidEstimator(`${name} gives ${perToken.length} advantages of tokens for ${tokenCount}`)
  for (const [part, values] of Object.entries(parts ?? {}))
    if (values.length !== rowCount)
      throw invalidEstimator(
        `${name}: the part ${part} has ${counted(values.length, 'value')} for ${counted(rowCount, 'step')}`,
      )
  if (!Array.isArray(diagnostics?.signals))
    throw invalidEstimator(`${name} gives no diagnostics: build it with defineEstimator`)
}

/** A user's estimator may divide by 0; such values must not reach training. */
function expectNumbers(name: string, batch: StepBatch, credit: Credit): void {
  const { advantages, mask, perToken } = credit
  const { sourceRow, tokens } = batch
  const bad = advantages.findIndex((value, row) => mask[row] === 1 && !Number.isFinite(value))
  if (bad !== -1)
    throw invalidEstimator(
      `${name} gives row ${sourceRow[bad]} the advantage ${advantages[bad]}, which is not a finite number`,
    )
  const token = perToken?.findIndex((value) => !Number.isFinite(value)) ?? -1
  if (token === -1) return
  const row = tokens ? tokens.starts.findLastIndex((start) => start <= token) : token
  throw invalidEstimator(
    `${name} gives a token of row ${sourceRow[row]} the advantage ${perToken?.[token]}, which is not a finite number`,
  )
}
