import type { JsonObject } from '../../core/data/types.ts'
import type { Shaped } from '../shaping/shape-batch.ts'

/** Options that name what an episode is worth, and what a step earns. */
const TOTALS: readonly string[] = ['episode', 'outcome']
const STEPS: readonly string[] = ['reward', 'turn']

/**
 * Options by which an estimator consumes what a recipe made, where it has such options: its total as the episode's
 * score, its values of steps as their rewards. Implicit process rewards are per token, and stay what they are.
 */
export function recipeOptions(defaults: JsonObject, { steps, total }: Pick<Shaped, 'steps' | 'total'>): JsonObject {
  const named = Object.keys(defaults).flatMap((option) => {
    if (total !== null && TOTALS.includes(option)) return [[option, total] as const]
    return steps !== null && STEPS.includes(option) ? [[option, steps] as const] : []
  })
  return Object.fromEntries(named)
}
