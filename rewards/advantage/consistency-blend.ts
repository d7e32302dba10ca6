import type { StepBatch } from '../../core/batch/index.ts'
import { counted } from '../../core/data/shown.ts'
import { blended } from '../curation/consistency.ts'
import { scoreMembers, UNCHARGED_OUTCOME, wholeBatch } from '../estimator/batch-wide.ts'
import { defineEstimator } from '../estimator/estimator.ts'
import { EPSILON, NORM, name } from '../estimator/options.ts'
import { scoreRows } from '../estimator/outcome.ts'
import type { Mode } from '../estimator/rounding.ts'
import type { Scope } from '../estimator/scope.ts'
import { episodeScores, spread } from '../estimator/signals.ts'
import { momentsOf, normalised } from '../estimator/statistics.ts'
import { NO_GROUP } from '../grouping/grouping.ts'

/**
 * Blend of a local and a global advantage, after COPO (arXiv 2508.04138, read second hand): A = w L + (1 - w) G. L is the
 * score against its group, in standard deviations (Bessel), as in GRPO; G is the mean score of the group against those
 * of all groups of the batch, in standard deviations of the population. Their weight w, from 0 to 1, is recorded by the
 * hook `answer-consistency`: near 0 where the answers of a group agree, so that a group with equal scores, whose L is 0,
 * is still learnt from by how well it did among the others. How the paper makes its prompt reward of answers is not
 * established: the mean score is ours. Each trajectory counts once in its group, and each group once in the batch.
 *
 * In a batch of one group G is 0. A weight outside 0 and 1 counts as the nearer of them, with a warning.
 */
export default defineEstimator({
  name: 'consistency-blend',
  summary: 'the score compared in its group, and where its answers agree, the group compared with all of the batch',
  consumes: ['env', 'answer-consistency'],
  options: {
    ...UNCHARGED_OUTCOME,
    /** Signal with the weight of the local advantage, 0 to 1, the same for the members of a group. */
    consistency: name('answer-consistency'),
    /** Normalisation of the local advantage. */
    norm: NORM,
    /** Added to both deviations. */
    epsilon: EPSILON,
  },
  estimate(batch, options) {
    const { consistency, mode, norm, epsilon } = options
    const column = spread(batch, episodeScores(batch, consistency, mode))
    const { scope, scores } = scoreRows(batch, options, [{ signal: consistency, column }])
    const isMember = scoreMembers(batch, scope, options.scoreOf)
    const rule = { norm, epsilon, mode, single: 'zero', isMember } as const
    const local = normalised(scope.episodes, scores, rule)
    const global = amongGroups(batch, scope, meansOfGroups(scope, scores, isMember, mode), { epsilon, mode })
    const weights = meansOfGroups(scope, column.values, isMember, mode)
    const advantages = local.map((own, row) => blended(own, global[row] ?? 0, within(weights[row] ?? 0)))
    return {
      advantages,
      scope,
      scores,
      parts: { local, global, weight: weights },
      warnings: warningsOf(scope, weights),
    }
  },
})

/** The mean of its group, for each row that takes part; 0 for others. */
function meansOfGroups({ episodes }: Scope, values: Float64Array, isMember: Uint8Array, mode: Mode): Float64Array {
  const { means } = momentsOf(episodes, values, { isMember, mode })
  return values.map((_, row) => {
    const group = episodes.ids[row] ?? NO_GROUP
    return group === NO_GROUP ? 0 : (means[group] ?? 0)
  })
}

/** Values of groups against those of all groups, each of which counts once. */
function amongGroups(
  batch: StepBatch,
  { mask }: Scope,
  values: Float64Array,
  { epsilon, mode }: { readonly epsilon: number; readonly mode: Mode },
): Float64Array {
  const seen = new Set<number>()
  const isMember = mask.map((isUsed, row) => {
    const group = batch.groupOf[row] ?? 0
    if (!isUsed || seen.has(group)) return 0
    seen.add(group)
    return 1
  })
  return normalised(wholeBatch(mask), values, {
    ...{ norm: 'mean_std_norm', correction: 0, single: 'zero' },
    ...{ epsilon, mode, isMember },
  } as const)
}

const within = (weight: number): number => Math.min(1, Math.max(0, weight))

function warningsOf({ episodes }: Scope, weights: Float64Array): readonly string[] {
  const outside = new Set(
    episodes.ids.filter((group, row) => group !== NO_GROUP && within(weights[row] ?? 0) !== weights[row]),
  )
  return outside.size === 0
    ? []
    : [
        `${counted(outside.size, 'group')} with a weight outside 0 to 1: record it by answer-consistency with measure=weight`,
      ]
}
