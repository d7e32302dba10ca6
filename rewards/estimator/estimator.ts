import type { StepBatch } from '../../core/batch/index.ts'
import type { Diagnostics } from '../../core/data/diagnostics.ts'
import { GymError } from '../../core/data/errors.ts'
import type { OptionRanges } from '../../core/data/options.ts'
import { counted, shown } from '../../core/data/shown.ts'
import type { JsonObject } from '../../core/data/types.ts'
import { type DiagnosticNotes, diagnose } from './diagnostics.ts'
import { type Explained, type Explanation, explained } from './explanation.ts'
import { defaultsOf, type OptionSpecs, type OptionsOf, rangesOf, resolveOptions } from './options.ts'
import type { Scope } from './scope.ts'

/** Advantages of the rows of a batch, with what one must know to trust them. */
export interface Credit {
  /** Aligned with the batch's rows, never NaN; 0 where `mask` is 0. */
  readonly advantages: Float64Array
  /** 0 for rows that have no advantage: a null that they need, a group too small. */
  readonly mask: Uint8Array
  /**
   * Advantages along the batch's tokens, from methods that distinguish tokens of one step; null from others. Never NaN;
   * in rows where `mask` is 0 it is 0, or,
   * in reference mode, what the released code leaves there.
   */
  readonly perToken: Float64Array | null
  /** Summands and intermediate values, aligned with the rows. */
  readonly parts: Readonly<Record<string, Float64Array>>
  readonly diagnostics: Diagnostics
}

/** Result of an estimator. */
export interface Estimate extends DiagnosticNotes {
  readonly advantages: Float64Array
  readonly scope: Scope
  readonly perToken?: Float64Array
  readonly parts?: Readonly<Record<string, Float64Array>>
}

/** One way to assign credit to steps: a pure function. */
export interface Estimator {
  readonly name: string
  readonly summary: string
  /** Signals and columns that it needs under its defaults, for listings. */
  readonly consumes: readonly string[]
  readonly defaults: JsonObject
  /** What its numeric options may be. */
  readonly ranges?: OptionRanges
  /**
   * @throws GymError CONFIG_INVALID for options; SIGNAL_MISSING for what the batch has not, and for a null under
   *   `onNull: 'error'`.
   */
  compute(batch: StepBatch, options?: JsonObject): Credit
  /**
   * The computation of the advantage of a row, in figures; null for a row that has none. Left out by estimators that
   * do not explain themselves.
   * @throws GymError as `compute`
   */
  explain?(batch: StepBatch, row: number, options?: JsonObject): Explanation | null
}

interface EstimatorSpec<Specs> {
  readonly name: string
  readonly summary: string
  readonly consumes: readonly string[]
  readonly options: Specs
  readonly estimate: (batch: StepBatch, options: OptionsOf<Specs>) => Estimate
  /** What a row that has an advantage got it from: terms that add up to it, and the rows it was compared with. */
  readonly explain?: (batch: StepBatch, row: number, options: OptionsOf<Specs>) => Explained
}

/**
 * Makes an estimator: options are checked, masked rows cleared, and diagnostics drawn up.
 * @throws GymError ESTIMATOR_INVALID for a name that is not a name or a part that is missing; from `compute`, where
 *   `estimate` gives no advantages for the rows of the batch.
 */
export function defineEstimator<S extends OptionSpecs>(spec: EstimatorSpec<S>): Estimator {
  expectSpec(spec)
  const { name, summary, consumes, options: specs, estimate, explain } = spec
  const resolved = (chosen?: JsonObject): OptionsOf<S> => resolveOptions(`the estimator ${name}`, specs, chosen)
  const estimator: Estimator = {
    name,
    summary,
    consumes,
    defaults: defaultsOf(specs),
    ranges: rangesOf(specs),
    compute(batch, chosen) {
      const options = resolved(chosen)
      const estimated = estimate(batch, options)
      expectEstimate(name, batch, estimated)
      const { advantages, perToken = null, parts = {}, scope, ...notes } = estimated
      clearMasked(advantages, scope.mask)
      if (perToken && options.mode !== 'reference') clearMaskedTokens(perToken, batch, scope.mask)
      const diagnostics = diagnose({ estimator: name, options: { ...options }, batch, scope, notes })
      return { advantages, mask: scope.mask, perToken, parts, diagnostics }
    },
  }
  if (!explain) return estimator
  return {
    ...estimator,
    explain(batch, row, chosen) {
      const { advantages, mask } = estimator.compute(batch, chosen)
      return mask[row] ? explained(explain(batch, row, resolved(chosen)), advantages[row] ?? 0) : null
    },
  }
}

const invalid = (message: string): GymError => new GymError('ESTIMATOR_INVALID', message)

function expectSpec(spec: { readonly [Part in keyof EstimatorSpec<OptionSpecs>]?: unknown }): void {
  const { name, summary, consumes, options, estimate } = spec
  if (typeof name !== 'string' || !/^[a-z0-9][a-z0-9-]*$/.test(name))
    throw invalid(`the estimator ${shown(name)}: a name is lower case with dashes, such as my-estimator`)
  if (typeof summary !== 'string') throw invalid(`the estimator ${name} has no summary: say in a sentence what it is`)
  if (!Array.isArray(consumes)) throw invalid(`the estimator ${name} has no list consumes, of the signals it needs`)
  if (typeof options !== 'object' || options === null)
    throw invalid(`the estimator ${name} has no options: give at least COMMON`)
  if (typeof estimate !== 'function') throw invalid(`the estimator ${name} has no function estimate(batch, options)`)
}

function expectEstimate(name: string, { rowCount }: StepBatch, estimated: Partial<Estimate> | undefined): void {
  const { advantages, scope } = estimated ?? {}
  if (!(advantages instanceof Float64Array))
    throw invalid(`the estimator ${name}: estimate should return { advantages: a Float64Array, scope }`)
  if (!(scope?.mask instanceof Uint8Array))
    throw invalid(`the estimator ${name}: estimate returns no scope: make one with scopeOf`)
  if (advantages.length !== rowCount || scope.mask.length !== rowCount)
    throw invalid(
      `the estimator ${name} gives ${counted(advantages.length, 'advantage')} for ${counted(rowCount, 'step')}`,
    )
}

function clearMasked(advantages: Float64Array, mask: Uint8Array): void {
  for (let row = 0; row < advantages.length; row++) if (!mask[row]) advantages[row] = 0
}

function clearMaskedTokens(values: Float64Array, { tokens, rowCount }: StepBatch, mask: Uint8Array): void {
  for (let row = 0; row < rowCount; row++)
    if (!mask[row]) values.fill(0, tokens ? tokens.starts[row] : row, tokens ? tokens.starts[row + 1] : row + 1)
}
