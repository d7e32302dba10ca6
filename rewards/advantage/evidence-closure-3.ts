import type { StepBatch } from '../../core/batch/index.ts'
import { evidenceGroups } from '../estimator/anchor-trust.ts'
import { defineEstimator, type Estimate } from '../estimator/estimator.ts'
import {
  anchorPeers,
  closureOf,
  closureTerms,
  EVIDENCE,
  type EvidenceOptions,
  inRootMeanSquares,
  NOTHING_PREDICTED,
  penaltyTerms,
  rootMeanSquareOf,
  scaledTerm,
} from '../estimator/evidence-closure.ts'
import type { Explained } from '../estimator/explanation.ts'
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
  explain,
})

/** Mean probability of what others tried at which probabilities count half. */
const HALF = 0.2

function estimate(batch: StepBatch, options: EvidenceOptions): Estimate {
  const { closure, tried, weightedLeads, blended } = figuresOf(batch, options)
  const { column, scope, predicted, parts } = closure
  return {
    advantages: penalised(batch, scope, inRootMeanSquares(blended.sum, scope.mask), options.invalidActionPenalty),
    parts: { ...parts, leads: weightedLeads },
    scope,
    scores: spread(batch, episodeScores(batch, options.reward)).values,
    stepGroups: anchorGroups(scope.episodes, column),
    anchor: { name: options.anchor, column },
    warnings: [...(predicted > 0 ? [] : [NOTHING_PREDICTED]), ...(tried ? [] : [NO_PROBABILITIES])],
  }
}

/** Terms of the advantage of a row, and the rows at the same anchor. */
function explain(batch: StepBatch, row: number, options: EvidenceOptions): Explained {
  const { closure, leads, share, blended } = figuresOf(batch, options)
  const { scope, weights } = closure
  const scale = rootMeanSquareOf(blended.sum, scope.mask)
  const weight = weights ? { weight: weights[row] ?? 1 } : {}
  const lead = scaledTerm(
    'choice',
    { lead: leads[row] ?? 0 },
    { times: { share, ...weight }, over: { unit: blended.units.leads, scale } },
  )
  const others = closureTerms(closure, row, {
    times: { rest: 1 - share, ...weight },
    over: { unit: blended.units.closure, scale },
  })
  return {
    terms: [...(share > 0 ? [lead] : []), ...others, ...penaltyTerms(batch, row, options)],
    peers: anchorPeers(closure, row),
  }
}

/** What choices lead their anchors by, and the advantages of `evidence-closure-2`, and both blended. */
function figuresOf(batch: StepBatch, options: EvidenceOptions) {
  const closure = closureOf(batch, options)
  const { scope, trust, groups, weighted, weights } = closure
  const probabilities = actionProbabilities(batch, scope.mask)
  const tried = probabilities && groups.map((steps) => triedChoices(steps, probabilities))
  const shared = sharedMass(tried ?? [])
  const share = (trust * trust * shared) / (shared + HALF)
  const leads = leadsOf(batch, tried ?? [], options)
  const weightedLeads = leads.map((lead, row) => (weights?.[row] ?? 1) * lead)
  const blended = blend({ leads: weightedLeads, closure: weighted }, scope.mask, share)
  return { closure, tried, leads, weightedLeads, share, blended }
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

/** Both in units of their root mean square, leads times their share and the closure times the rest. */
function blend({ leads, closure }: Blended<Float64Array>, mask: Uint8Array, share: number) {
  const [first, second] = [inRootMeanSquares(leads, mask), inRootMeanSquares(closure, mask)]
  const sum = second.map((value, row) => share * (first[row] ?? 0) + (1 - share) * value)
  const units: Blended<number> = { leads: rootMeanSquareOf(leads, mask), closure: rootMeanSquareOf(closure, mask) }
  return { sum, units }
}

/** One of each of the two that are blended. */
interface Blended<T> {
  readonly leads: T
  readonly closure: T
}
