import { GymError } from '../../../core/data/errors.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import type { RecordedPath } from '../../../core/sampling/intervene.ts'
import type { Mode } from '../../../core/sampling/mode.ts'
import { expectBudget, samplingMode } from '../../../core/sampling/modes.ts'
import type { NamedValues } from '../../../core/sampling/options.ts'
import type { Settings } from '../../config.ts'

/** How the groups of a rollout are sampled as trees. */
export interface SamplingPlan {
  readonly mode: Mode
  /** Environment steps of a group; null for any number. */
  readonly budget: number | null
  /** The recorded trajectory that branches leave, and at which step; null where they start with a reset. */
  readonly source: { readonly recorded: RecordedPath; readonly at: number } | null
}

/** Independent members: the default of a rollout. */
const PLAIN = 'group'

/** Whether groups are trees of any kind. */
export const isSampled = ({ sampling }: Settings): boolean => sampling !== undefined && sampling.reference !== PLAIN

/**
 * @param named Value functions beside those that every mode knows.
 * @returns Null for groups of independent members.
 * @throws GymError CONFIG_INVALID
 */
export function chosenSampling({ sampling, k, budget }: Settings, named: NamedValues = {}): SamplingPlan | null {
  if (sampling === undefined || !isSampled({ sampling })) {
    if (k !== undefined)
      throw invalid('--k is for a sampling mode, such as --sampling prefix: here --group-size counts')
    if (budget !== undefined) throw invalid('--budget is for a sampling mode, such as --sampling prefix')
    return null
  }
  const options = { ...sampling.options, ...(k !== undefined && { k }) }
  const plan = { mode: samplingMode(sampling.reference, options, named), budget: budget ?? null, source: null }
  expectBudget(plan.mode, plan.budget)
  return plan
}

/** What a manifest says of it beside the other limits. */
export const samplingLimits = (plan: SamplingPlan | null): JsonObject =>
  plan === null ? {} : { sampling: { mode: plan.mode.name, options: plan.mode.options }, budget: plan.budget }

const invalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)
