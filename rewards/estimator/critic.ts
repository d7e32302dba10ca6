import type { StepBatch, StepSignal } from '../../core/batch/index.ts'
import { type Bootstrap, bootstrapOf } from './bootstrap.ts'
import { type Scope, type ScopeOptions, scopeOf } from './scope.ts'
import { discountedReturns, stepSignal } from './signals.ts'
import { type Chains, chainsOf, type Units, unitsOf } from './units.ts'

/** Rewards and a critic's values, and what they stand on: tokens where the values are per token, else steps. */
export interface CriticInputs {
  readonly reward: StepSignal
  readonly value: StepSignal
  readonly bootstrap: Bootstrap
  readonly scope: Scope
  readonly units: Units
  /** Units of each trajectory in a row. */
  readonly chains: Chains
  /** Per chained unit: 1 where it is the agent's. */
  readonly mask: Uint8Array
}

interface CriticOptions extends Omit<ScopeOptions, 'minGroupSize'> {
  readonly reward: string
  readonly value: string
  readonly bootstrap: string
}

/**
 * What generalised advantages are computed from.
 * @throws GymError SIGNAL_MISSING
 */
export function criticInputs(batch: StepBatch, options: CriticOptions): CriticInputs {
  const [reward, value] = [stepSignal(batch, options.reward), stepSignal(batch, options.value)]
  const needs = [
    { signal: options.reward, column: discountedReturns(batch, reward, 1) },
    { signal: options.value, column: discountedReturns(batch, value, 1) },
  ]
  const bootstrap = bootstrapOf(batch, options.bootstrap)
  const scope = scopeOf(batch, [...needs, ...bootstrap.needs], { ...options, minGroupSize: 1 })
  const units = unitsOf(value.perToken ? batch : { ...batch, tokens: null }, scope.mask)
  const chains = chainsOf(batch, units)
  const mask = Uint8Array.from(chains.units, (unit) => units.mask[unit] ?? 0)
  return { reward, value, bootstrap, scope, units, chains, mask }
}
