import { GymError } from '../../core/data/errors.ts'
import type { Scored } from '../../models/scoring/batch-scorer.ts'
import type { OutcomeOf } from '../../models/training/margin-loss.ts'
import type { Sample, Samples } from './samples.ts'
import type { Version } from './versions.ts'

/** A step with its log-probabilities under the reference, and the reward that a model gives it. */
export interface MeasuredAction<Action> extends Sample<Action> {
  readonly referenceLogProbs: readonly number[]
  /** beta * sum(log pi_phi - log pi_ref) */
  readonly score: number
}

/** A trajectory whose steps a model has scored. */
export type MeasuredOutcome<Action> = OutcomeOf<MeasuredAction<Action>>

/**
 * Samples scored by one version of a model.
 * @throws GymError MODEL_FAILED where the device fails
 */
export async function measured<Action>(
  { groups }: Samples<Action>,
  { model, reference }: Pick<Version<Action>, 'model' | 'reference'>,
  beta: number,
): Promise<readonly (readonly MeasuredOutcome<Action>[])[]> {
  const samples = groups.flat().flatMap(({ actions }) => actions)
  const actions = samples.map(({ action }) => action)
  const scores = (await model.scorer.score(actions)).map(logProbsOf)
  const references = await referencesOf(samples, actions, reference)
  let at = -1
  const measuredAction = (sample: Sample<Action>): MeasuredAction<Action> => {
    at++
    const referenceLogProbs = references[at] ?? []
    return { ...sample, referenceLogProbs, score: beta * differenceOf(scores[at] ?? [], referenceLogProbs) }
  }
  return groups.map((group) => group.map((each) => ({ ...each, actions: each.actions.map(measuredAction) })))
}

async function referencesOf<Action>(
  samples: readonly Sample<Action>[],
  actions: readonly Action[],
  reference: Version<Action>['reference'],
): Promise<readonly (readonly number[])[]> {
  if (reference === 'behaviour') return samples.map(({ logProbs }) => logProbs)
  return (await reference.scorer.score(actions)).map(logProbsOf)
}

/** Actions that the model cannot read were left out before. @throws GymError MODEL_FAILED */
function logProbsOf(scored: Scored): readonly number[] {
  if ('logProbs' in scored) return scored.logProbs
  throw new GymError('MODEL_FAILED', `the reward model did not score an action: ${scored.problem}`)
}

const differenceOf = (logProbs: readonly number[], references: readonly number[]): number =>
  logProbs.reduce((sum, value, at) => sum + value - (references[at] ?? Number.NaN), 0)
