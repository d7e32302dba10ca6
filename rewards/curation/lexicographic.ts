import { deviationOf } from '../numbers.ts'

/** Which of two is preferred: the first (1), the second (-1), or neither (0). */
export type Preference = -1 | 0 | 1

/**
 * Margins by which one item has to exceed another at each level: sigma times the deviation (Bessel's) of that factor
 * over all items. As in the reference, levels after the second take the sigma of the second.
 */
export const marginsOf = (levels: readonly (readonly number[])[], sigmas: readonly number[]): readonly number[] =>
  levels.map((values, level) => (sigmas[Math.min(level, 1, sigmas.length - 1)] ?? 0) * deviationOf(values, 1))

/**
 * HERON's preference (Bukharin et al., hierarchical reward modelling; abukharin3/HERON `heron.py: RewardModel.get_loss`): the first level,
 * in order of importance, at which one exceeds the other by more than the margin decides.
 * @param first factors of one item by level, most important first
 */
export function lexicographicPreference(
  first: readonly number[],
  second: readonly number[],
  margins: readonly number[],
): Preference {
  for (const [level, margin] of margins.entries()) {
    const lead = (first[level] ?? 0) - (second[level] ?? 0)
    if (lead > margin) return 1
    if (-lead > margin) return -1
  }
  return 0
}
