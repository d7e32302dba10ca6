import type { Step } from '../../core/data/types.ts'
import { type Margins, type OutcomeOf, outcomeMargins, preferenceMargins } from '../../models/training/margin-loss.ts'
import type { Referenced, Trainer, Update } from '../../models/training/trainer.ts'
import {
  accuracyOf,
  type Calibration,
  calibrationOf,
  leadsOf,
  type Prediction,
  type ScoredOutcome,
  type Spread,
  spreadOf,
  truthCorrelation,
  type ValuedStep,
} from './diagnostics.ts'
import type { MeasuredAction, MeasuredOutcome } from './measured.ts'

/** What a reward model learns from: pairs of trajectories (OPRL), or each outcome (PRIME). */
export type Loss = 'preference' | 'cross-entropy'

/** True value of a step; null where it is unknown. */
export type StepTruth = (step: Step) => number | null

/** How well a reward model judges groups that it has not learnt from. */
export interface HeldOut {
  /** Share of pairs of a success and a failure of one group that it orders rightly; null without a pair. */
  readonly pairAccuracy: number | null
  readonly pairs: number
  /** Spread of the rewards of steps; null without a step. */
  readonly spread: Spread | null
  /** Correlation of rewards with the true values of steps; null where none is known, or either does not vary. */
  readonly truthCorrelation: number | null
  /** Steps whose true value is known. */
  readonly valuedSteps: number
  /**
   * How well probabilities meet outcomes. Under cross-entropy, sigmoid of a trajectory's score as the probability of its
   * success; under preferences, sigmoid of the lead of the better trajectory of a pair as the probability that it is the
   * success.
   */
  readonly calibration: Calibration
}

type Groups<Action> = readonly (readonly MeasuredOutcome<Action>[])[]

/** Diagnostics of a model on groups that it has not learnt from. */
export function heldOut<Action>(groups: Groups<Action>, loss: Loss, truth: StepTruth = () => null): HeldOut {
  const scored = groups.map((group) => group.filter(({ actions }) => actions.length > 0).map(SCORE_OF[loss]))
  const steps = groups.flat().flatMap(({ actions }) => actions)
  const valued = steps.flatMap((each) => valuedStep(each, truth))
  const leads = leadsOf(scored)
  return {
    pairAccuracy: accuracyOf(leads),
    pairs: leads.length,
    spread: spreadOf(steps.map(({ score }) => score)),
    truthCorrelation: valued.length === 0 ? null : truthCorrelation(valued),
    valuedSteps: valued.length,
    calibration: calibrationOf(
      loss === 'preference' ? leads.filter((lead) => lead !== 0).map(pairPrediction) : scored.flat().map(prediction),
    ),
  }
}

function valuedStep<Action>({ step, score }: MeasuredAction<Action>, truth: StepTruth): readonly ValuedStep[] {
  const value = truth(step)
  return value === null ? [] : [{ reward: score, truth: value }]
}

const sumOf = ({ actions }: MeasuredOutcome<unknown>): number => actions.reduce((sum, { score }) => sum + score, 0)

/** Score of a trajectory with steps: what the loss compares. */
const SCORE_OF: Readonly<Record<Loss, (outcome: MeasuredOutcome<unknown>) => ScoredOutcome>> = {
  preference: (outcome) => ({ isSuccess: outcome.isSuccess, score: sumOf(outcome) / outcome.actions.length }),
  'cross-entropy': (outcome) => ({ isSuccess: outcome.isSuccess, score: sumOf(outcome) }),
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

const prediction = ({ score, isSuccess }: ScoredOutcome): Prediction => ({
  probability: sigmoid(score),
  happened: isSuccess,
})

/** Prediction of a pair that is not even; an even one predicts nothing. */
const pairPrediction = (lead: number): Prediction => ({ probability: sigmoid(Math.abs(lead)), happened: lead > 0 })

/** What learning from groups did. */
export interface Learning {
  /** Mean loss before each step of AdamW; null without a step. */
  readonly loss: number | null
  /** Mean norm of all gradients before clipping; null without a step. */
  readonly gradientNorm: number | null
  /** Steps of AdamW. */
  readonly steps: number
}

/** Steps of AdamW over groups, in their order. @throws GymError as `Trainer.update` */
export async function learn<Action>(
  trainer: Trainer<Action>,
  groups: Groups<Action>,
  { loss, minibatches, epochs }: { readonly loss: Loss; readonly minibatches: number; readonly epochs: number },
): Promise<Learning> {
  const batches = minibatchesOf(groups, minibatches).map((batch) => MARGINS[loss](batch.map(referenced)))
  const updates: Update[] = []
  for (let epoch = 0; epoch < epochs; epoch++)
    for (const batch of batches) updates.push(...present(await trainer.update(batch)))
  return {
    loss: meanOf(updates.map((each) => each.loss)),
    gradientNorm: meanOf(updates.map((each) => each.gradientNorm)),
    steps: updates.length,
  }
}

const MARGINS: Readonly<Record<Loss, <Action>(groups: readonly (readonly OutcomeOf<Action>[])[]) => Margins<Action>>> =
  { preference: preferenceMargins, 'cross-entropy': outcomeMargins }

const referenced = <Action>(group: readonly MeasuredOutcome<Action>[]): readonly OutcomeOf<Referenced<Action>>[] =>
  group.map(({ isSuccess, actions }) => ({
    isSuccess,
    actions: actions.map(({ action, referenceLogProbs }) => ({ ...action, referenceLogProbs })),
  }))

/** Groups dealt one by one among as many minibatches, in their order; none is empty. */
export function minibatchesOf<Group>(groups: readonly Group[], count: number): readonly (readonly Group[])[] {
  const batches = Array.from({ length: Math.min(count, groups.length) }, (): Group[] => [])
  for (const [at, group] of groups.entries()) batches[at % batches.length]?.push(group)
  return batches
}

const present = <T>(value: T | null): readonly T[] => (value === null ? [] : [value])

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
