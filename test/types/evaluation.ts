import type { Episode, JsonObject, Policy } from 'stepgym'
import type { Estimator, StepBatch } from 'stepgym/credit'
import {
  type AdviceOptions,
  type Advised,
  type AggregateScores,
  type AnsweredSample,
  advantagesOf,
  advisedPolicy,
  allEntries,
  type BenchEntry,
  type BenchSettings,
  type BenchWorld,
  type BestOf,
  type BetaFigures,
  betaSweep,
  CANONICAL_FORMS,
  type CanonicalForm,
  type Condition,
  type ConditionResult,
  canonicalReward,
  chosenSample,
  criticPrediction,
  type Dynamics,
  type EarliestError,
  type EarliestErrorScores,
  type EnumerationLimits,
  type Estimated,
  type ExactModel,
  type ExactValues,
  earliestErrorScores,
  entriesOf,
  enumerate,
  evaluateEntry,
  type JudgedTrajectory,
  type MEASURES,
  type MeasureName,
  type MONITOR_NAMES,
  type MonitorSettings,
  modelsOf,
  type OneToMany,
  type OneToManyScores,
  oneToManyScores,
  optimalValue,
  optimalValueFrom,
  optimalValues,
  PLANTED,
  type Predicted,
  type ProbabilityScores,
  type ProcessOptions,
  probabilityScores,
  type Reading,
  type RewardPair,
  rewardDistance,
  rewardPairs,
  runBench,
  type Sample,
  type SampledProcess,
  type SamplingSettings,
  type Scores,
  type SELECTION_RULES,
  type SelectionRule,
  type SignalScores,
  type SolvedTask,
  type STEP_AGGREGATES,
  type StateAnchors,
  type StepAggregate,
  type SweepRequest,
  sampledProcess,
  samplesOf,
  signalScores,
  type Testbed,
  type ThresholdScores,
  TrainingMonitors,
  type TrajectoryAggregate,
  type TransitionReward,
  tableOf,
  testbedOf,
  thresholdSweep,
  trainedPolicy,
  type ValueOptions,
  valuesOf,
  visitsOf,
  worlds,
} from 'stepgym/evaluation'
import type { Weights } from 'stepgym/models'
import type { Catalog, CatalogSettings } from 'stepgym/registry'
import type { ValueFunction } from 'stepgym/sampling'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym/evaluation`. The compiler checks this file; it is never run. */

// Exact values: a model, a policy over it, values under the policy.
declare const episode: Episode
declare const policy: Policy
const model = enumerate(episode, { maxStates: 1000 })
const table = tableOf(model, policy)
const values = valuesOf(model, table)
expectTypeOf(enumerate(episode)).toEqualTypeOf<ExactModel>()
expectTypeOf<EnumerationLimits['maxStates']>().toEqualTypeOf<number | undefined>()
expectTypeOf<ExactModel['anchors']>().toEqualTypeOf<ReadonlyMap<string, StateAnchors>>()
expectTypeOf<StateAnchors['texts']>().toEqualTypeOf<readonly string[]>()
expectTypeOf(tableOf(model, policy)).toEqualTypeOf<Float64Array>()
expectTypeOf(valuesOf).parameter(2).toEqualTypeOf<ValueOptions | undefined>()
expectTypeOf<ExactValues['states']>().toEqualTypeOf<readonly Float64Array[]>()
expectTypeOf(advantagesOf(model, values)).toEqualTypeOf<readonly Float64Array[]>()
expectTypeOf(visitsOf(model, table)).toEqualTypeOf<readonly Float64Array[]>()
expectTypeOf(optimalValue([model], { gamma: 0.9 })).toEqualTypeOf<ValueFunction>()
expectTypeOf(optimalValueFrom).returns.toEqualTypeOf<ValueFunction>()
expectTypeOf(optimalValues(model, { gamma: 0.9 })).toEqualTypeOf<ExactValues>()
// @ts-expect-error: values are under a table of probabilities, not under a policy
valuesOf(model, policy)
expectTypeOf(trainedPolicy).toEqualTypeOf<(weights: Weights) => Policy>()
expectTypeOf(advisedPolicy).toEqualTypeOf<(models: readonly ExactModel[], options: AdviceOptions) => Advised>()
expectTypeOf<Advised['policy']>().toEqualTypeOf<Policy>()

// CreditBench: worlds, entries, samples, scores.
expectTypeOf(worlds).toEqualTypeOf<(settings?: CatalogSettings) => Catalog<BenchWorld>>()
expectTypeOf(modelsOf).returns.toEqualTypeOf<Promise<readonly ExactModel[]>>()
expectTypeOf(testbedOf([model], policy)).toEqualTypeOf<Testbed>()
expectTypeOf<Testbed['tasks']>().toEqualTypeOf<readonly SolvedTask[]>()
expectTypeOf<SolvedTask['model']>().toEqualTypeOf<ExactModel>()
expectTypeOf(samplesOf).toEqualTypeOf<(testbed: Testbed, settings: SamplingSettings) => readonly Sample[]>()
expectTypeOf<Sample['batch']>().toEqualTypeOf<StepBatch>()
expectTypeOf<Sample['truth']>().toEqualTypeOf<Float64Array>()
expectTypeOf(entriesOf).toEqualTypeOf<(estimator: Estimator) => readonly BenchEntry[]>()
expectTypeOf(allEntries).returns.toEqualTypeOf<Promise<readonly BenchEntry[]>>()
expectTypeOf(PLANTED).toEqualTypeOf<readonly BenchEntry[]>()
expectTypeOf<BenchEntry['options']>().toEqualTypeOf<JsonObject>()
expectTypeOf(evaluateEntry).parameter(1).toEqualTypeOf<BenchEntry>()
expectTypeOf(evaluateEntry).returns.toEqualTypeOf<Scores>()
expectTypeOf<Scores['measures']>().toEqualTypeOf<Readonly<Record<MeasureName, Estimated | null>>>()
expectTypeOf<Estimated>().toEqualTypeOf<{ readonly value: number; readonly low: number; readonly high: number }>()
expectTypeOf<(typeof MEASURES)[number]['name']>().toEqualTypeOf<MeasureName>()
expectTypeOf(runBench).toEqualTypeOf<
  (
    worlds: readonly BenchWorld[],
    entries: readonly BenchEntry[],
    settings: BenchSettings,
  ) => Promise<readonly ConditionResult[]>
>()
expectTypeOf<Condition['world']>().toEqualTypeOf<BenchWorld>()
expectTypeOf<ConditionResult['scores']>().toEqualTypeOf<readonly Scores[]>()

// Rewards of steps as judges: the first wrong step, a choice of several, probabilities, signals of a run.
expectTypeOf(earliestErrorScores).toEqualTypeOf<
  (labels: readonly EarliestError[], predictions: readonly (EarliestError | null)[]) => EarliestErrorScores
>()
expectTypeOf(thresholdSweep).returns.toEqualTypeOf<readonly ThresholdScores[]>()
expectTypeOf(criticPrediction).toEqualTypeOf<(critiques: readonly string[]) => EarliestError | null>()
expectTypeOf(chosenSample).toEqualTypeOf<(samples: readonly AnsweredSample[], rule: SelectionRule) => number>()
expectTypeOf<(typeof SELECTION_RULES)[number]>().toEqualTypeOf<SelectionRule>()
expectTypeOf(oneToManyScores).toEqualTypeOf<(problems: readonly OneToMany[]) => OneToManyScores | null>()
expectTypeOf<keyof typeof STEP_AGGREGATES>().toEqualTypeOf<StepAggregate>()
expectTypeOf(probabilityScores).toEqualTypeOf<
  (predictions: readonly Predicted[], bins?: number) => ProbabilityScores | null
>()
expectTypeOf(signalScores).toEqualTypeOf<(groups: readonly (readonly JudgedTrajectory[])[]) => SignalScores>()
expectTypeOf<SignalScores['aggregates']>().toEqualTypeOf<readonly AggregateScores[]>()
expectTypeOf<AggregateScores['aggregate']>().toEqualTypeOf<TrajectoryAggregate>()
expectTypeOf<AggregateScores['bestOf']>().toEqualTypeOf<readonly BestOf[]>()

expectTypeOf(CANONICAL_FORMS).toExtend<readonly CanonicalForm[]>()
expectTypeOf(canonicalReward).toEqualTypeOf<
  (reward: TransitionReward, dynamics: Dynamics, form: CanonicalForm) => TransitionReward
>()
expectTypeOf(rewardDistance).toEqualTypeOf<
  (a: TransitionReward, b: TransitionReward, dynamics: Dynamics, form: CanonicalForm) => number | null
>()
// @ts-expect-error: a form has one of these names
canonicalReward([[[0]]], { transition: [[[1]]], discount: 0.5 }, 'epec')

expectTypeOf(new TrainingMonitors({ window: 8 }).readings()).toEqualTypeOf<readonly Reading[]>()
expectTypeOf(TrainingMonitors).constructorParameters.toEqualTypeOf<[settings?: MonitorSettings | undefined]>()
expectTypeOf<Reading['beyond']>().toEqualTypeOf<'above' | 'below'>()
expectTypeOf<(typeof MONITOR_NAMES)[number]>().toEqualTypeOf<string>()
// @ts-expect-error: a reading is null where the groups say nothing
expectTypeOf<Reading['value']>().toEqualTypeOf<number>()

expectTypeOf(sampledProcess).parameter(1).toEqualTypeOf<ProcessOptions | undefined>()
expectTypeOf(sampledProcess).returns.toEqualTypeOf<SampledProcess>()
expectTypeOf(rewardPairs).returns.toEqualTypeOf<readonly RewardPair[]>()
expectTypeOf(betaSweep).returns.toEqualTypeOf<readonly BetaFigures[]>()
expectTypeOf<SweepRequest['betas']>().toEqualTypeOf<readonly number[]>()
// @ts-expect-error: a distance is null where a reward orders no policies
expectTypeOf<RewardPair['distance']>().toEqualTypeOf<number>()
