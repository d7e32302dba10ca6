import type { Group, HookSet, World } from 'stepgym'
import type { StateScorer } from 'stepgym/agents/policy'
import type { CreditRequest, StepBatch } from 'stepgym/credit'
import type { Weights } from 'stepgym/models'
import {
  type AdamState,
  type AdvantageContext,
  type AdvantageFunction,
  type AdvantageSource,
  type Advantages,
  beginningOf,
  begunTraining,
  DEFAULT_TRAINING,
  expectSameTraining,
  type HeldOut,
  type Iteration,
  type IterationReport,
  inTrainingFolder,
  type Keeping,
  type KeptEnd,
  keptTraining,
  openPolicyReward,
  openTraining,
  type PolicyReward,
  type PolicyRewardSettings,
  PROCESS_SIGNAL,
  type RewardModelReport,
  readCheckpoint,
  TRAINING_FILES,
  TRAINING_RANGES,
  type TrainingCheckpoint,
  type TrainingEnd,
  type TrainingOptions,
  type TrainingSetup,
  type TrainingState,
  trainPolicy,
  writeCheckpoint,
} from 'stepgym/training'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym/training`. The compiler checks this file; it is never run. */

declare const world: World
declare const request: CreditRequest

// A training is an iterator of iterations, which returns how it ended.
expectTypeOf(trainPolicy).returns.toEqualTypeOf<AsyncGenerator<Iteration, TrainingEnd>>()
expectTypeOf(trainPolicy).toBeCallableWith({ world, advantages: request })
expectTypeOf(beginningOf).toEqualTypeOf<(setup: TrainingSetup) => Promise<TrainingState>>()
expectTypeOf(begunTraining).returns.resolves.toEqualTypeOf<TrainingCheckpoint>()
expectTypeOf<Iteration['report']>().toEqualTypeOf<IterationReport>()
expectTypeOf<Iteration['state']>().toEqualTypeOf<TrainingState>()
expectTypeOf<TrainingEnd['heldOut']>().toEqualTypeOf<HeldOut | null>()
expectTypeOf<TrainingState['adam']>().toEqualTypeOf<AdamState>()
expectTypeOf<AdamState['weights']>().toEqualTypeOf<Weights>()
// @ts-expect-error: without advantages there is nothing to learn
void trainPolicy({ world })
// @ts-expect-error: a reward that was not judged is null, never left out
const success: number = ({} as IterationReport).success
expectTypeOf(success).toBeNumber()

// Advantages come from an estimator or from a function, aligned with the rows.
expectTypeOf<CreditRequest>().toExtend<AdvantageSource>()
expectTypeOf<AdvantageFunction>().toExtend<AdvantageSource>()
expectTypeOf<AdvantageFunction>().parameters.toEqualTypeOf<[context: AdvantageContext]>()
expectTypeOf<AdvantageContext['batch']>().toEqualTypeOf<StepBatch>()
expectTypeOf<AdvantageContext['groups']>().toEqualTypeOf<readonly Group[]>()
expectTypeOf<AdvantageContext['scorer']>().toEqualTypeOf<StateScorer>()
expectTypeOf<Advantages>().toEqualTypeOf<{ readonly advantages: Float64Array; readonly mask: Uint8Array }>()
// @ts-expect-error: advantages without a mask do not say which rows have one
;(() => ({ advantages: new Float64Array() })) satisfies AdvantageFunction

// Options are numbers, each with a range.
expectTypeOf(DEFAULT_TRAINING).toEqualTypeOf<TrainingOptions>()
expectTypeOf(TRAINING_RANGES.learningRate).toEqualTypeOf<readonly [number, number]>()
expectTypeOf<TrainingSetup['options']>().toEqualTypeOf<Partial<TrainingOptions> | undefined>()
expectTypeOf<TrainingSetup['hooks']>().toEqualTypeOf<HookSet | undefined>()

// A checkpoint is read as it was written.
expectTypeOf(readCheckpoint).returns.toEqualTypeOf<TrainingCheckpoint>()
expectTypeOf(writeCheckpoint).parameters.toEqualTypeOf<[path: string, checkpoint: TrainingCheckpoint]>()
expectTypeOf(expectSameTraining).returns.toBeVoid()
// @ts-expect-error: a state without the settings it depends on cannot be continued
writeCheckpoint('file', { state: {} as TrainingState, reports: [] })

// A training that is kept in a folder ends with all its reports.
expectTypeOf(inTrainingFolder<number>).returns.resolves.toBeNumber()
expectTypeOf(openTraining).parameters.toEqualTypeOf<[keeping: Keeping]>()
expectTypeOf(openTraining).returns.toEqualTypeOf<TrainingCheckpoint | null>()
expectTypeOf(keptTraining).returns.toEqualTypeOf<AsyncGenerator<Iteration, KeptEnd>>()
expectTypeOf(TRAINING_FILES.policy).toExtend<string>()
// @ts-expect-error: a checkpoint of unknown settings is refused, so they must be known
openTraining({ folder: 'runs/a' })

// A reward model learns beside the policy, by one of two methods.
expectTypeOf(openPolicyReward).parameters.toEqualTypeOf<[settings: PolicyRewardSettings]>()
expectTypeOf(openPolicyReward).returns.resolves.toEqualTypeOf<PolicyReward>()
expectTypeOf<PolicyRewardSettings['method']>().toEqualTypeOf<'oprl' | 'prime'>()
expectTypeOf<TrainingSetup['rewardModel']>().toEqualTypeOf<PolicyReward | undefined>()
expectTypeOf<IterationReport['rewardModel']>().toEqualTypeOf<RewardModelReport | null>()
expectTypeOf(PROCESS_SIGNAL).toBeString()
// @ts-expect-error: accuracy without a pair is null
const accuracy: number = ({} as RewardModelReport).pairAccuracy
expectTypeOf(accuracy).toBeNumber()
