import type { StepBatch } from '../../core/batch/index.ts'
import { evidenceGroups } from '../estimator/anchor-trust.ts'
import { choiceWeights } from '../estimator/choice-weights.ts'
import { defineEstimator, type Estimate } from '../estimator/estimator.ts'
import {
  closureOf,
  EVIDENCE,
  type EvidenceOptions,
  inRootMeanSquares,
  NOTHING_PREDICTED,
} from '../estimator/evidence-closure.ts'
import { choice, flag, number } from '../estimator/options.ts'
import { penalised } from '../estimator/penalty.ts'
import { settled } from '../estimator/rounding.ts'
import { episodeScores, spread, withCopies } from '../estimator/signals.ts'
import {
  actionProbabilities,
  choiceLeads,
  fitUntried,
  sharedMass,
  type Tried,
  triedChoices,
} from '../estimator/tried-choices.ts'
import { anchorGroups } from '../grouping/anchor.ts'

/**
 * Our own, third version: `evidence-closure-2` that also knows how likely each action was. Where the batch has the
 * log-probabilities of its actions, an anchor is worth the sum of what its actions are worth, each as often as the policy
 * takes it, and of what was never tried there, which the actions that were tried once tell (`choiceLeads`,
 * `fitUntried`). What comes before a rare success is then worth little if what followed was unlikely, and most of
 * the credit goes to the last unlikely action.
 *
 *   A = u A_p / rms(A_p) + (1 - u) A_2 / rms(A_2),   u = w² M / (M + 0.2), in units of its root mean square
 *
 * A_p are those leads, weighted as `repetition` says, A_2 the advantages of `evidence-closure-2`, w its trust, and M the
 * mean probability that the policy does what other trajectories tried at the anchor of a step (`sharedMass`). So where
 * anchors are not states (w near 0) or rarely repeat (M near 0) it is `evidence-closure-2`, and also without
 * log-probabilities.
 */
export default defineEstimator({
  name: 'evidence-closure-3',
  summary: 'evidence-closure-2 that values anchors by the probabilities of the actions that were tried there',
  consumes: ['env', 'anchors', 'actions', 'next anchors', 'log-probabilities'],
  options: {
    ...EVIDENCE,
    transitions: flag(true),
    repetition: number(4, 0, 1e6),
    scale: choice('rms', ['rms']),
  },
  estimate,
})

/** Mean probability of what others tried at which probabilities count half. */
const HALF = 0.2

function estimate(batch: StepBatch, options: EvidenceOptions): Estimate {
  const closure = closureOf(batch, options)
  const { column, scope, predicted, trust, groups, weighted, parts } = closure
  const probabilities = actionProbabilities(batch, scope.mask)
  const tried = probabilities ? groups.map((steps) => triedChoices(steps, probabilities)) : []
  const shared = sharedMass(tried)
  const share = (trust * trust * shared) / (shared + HALF)
  const weights = choiceWeights(batch, groups, options.repetition * Math.sqrt(trust))
  const leads = leadsOf(batch, tried, options).map((lead, row) => (weights[row] ?? 1) * lead)
  const blended = blend(leads, weighted, scope.mask, share)
  return {
    advantages: penalised(batch, scope, blended, options.invalidActionPenalty),
    parts: { ...parts, leads },
    scope,
    scores: spread(batch, episodeScores(batch, options.reward)).values,
    stepGroups: anchorGroups(scope.episodes, column),
    anchor: { name: options.anchor, column },
    warnings: [...(predicted > 0 ? [] : [NOTHING_PREDICTED]), ...(probabilities ? [] : [NO_PROBABILITIES])],
  }
}

const NO_PROBABILITIES =
  'not every step has log-probabilities of its action: this is evidence-closure-2, which does without them'

/** What choices lead their anchors by, aligned with the rows; a copy has its original's. */
function leadsOf(batch: StepBatch, tried: readonly Tried[], { mode }: EvidenceOptions): Float64Array {
  const rows = new Float64Array(batch.rowCount)
  const looked = new Set(evidenceGroups(tried.map(({ steps }) => steps)))
  const untried = fitUntried(tried.filter(({ steps }) => looked.has(steps)))
  for (const each of tried) {
    const { leads, largest } = choiceLeads(each, untried)
    each.steps.rows.forEach((row, at) => {
      rows[row] = settled(leads[at] ?? 0, largest, mode)
    })
  }
  return withCopies(batch, rows)
}

/** Both in units of their root mean square, one times its share and the other times the rest, and again in those units. */
function blend(one: Float64Array, other: Float64Array, mask: Uint8Array, share: number): Float64Array {
  const [first, second] = [inRootMeanSquares(one, mask), inRootMeanSquares(other, mask)]
  const sum = second.map((value, row) => share * (first[row] ?? 0) + (1 - share) * value)
  return inRootMeanSquares(sum, mask)
}
