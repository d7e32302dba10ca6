import type { Trajectory } from '../../../core/data/types.ts'
import { applyRecipeTo, type Clock, type Combined } from '../../../rewards/shaping/apply.ts'
import type { OnNull, Recipe, Term } from '../../../rewards/shaping/recipe.ts'
import type { Transform } from '../../../rewards/shaping/transforms/index.ts'
import { withSteps } from '../../support/reward-samples.ts'

export const recipeOf = (terms: readonly Term[], onNull: OnNull = 'drop-row'): Recipe => ({
  name: 'sample',
  version: 1,
  terms,
  onNull,
})

/** Each value of `env` after these transforms. */
export function transformed(
  transforms: readonly Transform[],
  trajectories: readonly Trajectory[],
  clock?: Clock,
): readonly Combined['perStep'][] {
  const recipe = recipeOf([{ signal: 'env', weight: 1, transforms }])
  return applyRecipeTo(recipe, trajectories, clock).map(({ perStep }) => perStep)
}

/** The values of one trajectory after these transforms. */
export const transformedSteps = (
  transforms: readonly Transform[],
  values: readonly (number | null)[],
): readonly (number | null)[] => transformed(transforms, [withSteps('env', values)])[0] ?? []

export const sumOf = (values: readonly (number | null)[]): number =>
  values.reduce<number>((sum, value) => sum + (value ?? Number.NaN), 0)
