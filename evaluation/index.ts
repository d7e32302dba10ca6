/**
 * What is true of steps: worlds solved exactly, and estimators held against them.
 * @module
 */

export type { AnsweredSample, SelectionRule } from '../rewards/evaluation/best-of-n.ts'
export { chosenSample, SELECTION_RULES } from '../rewards/evaluation/best-of-n.ts'
export type { BetaFigures, SweepRequest } from '../rewards/evaluation/beta-sweep.ts'
export { betaSweep } from '../rewards/evaluation/beta-sweep.ts'
export type { EarliestError, EarliestErrorScores, ThresholdScores } from '../rewards/evaluation/earliest-error.ts'
export { criticPrediction, earliestErrorScores, thresholdSweep } from '../rewards/evaluation/earliest-error.ts'
export type { OneToMany, OneToManyScores, StepAggregate } from '../rewards/evaluation/one-to-many.ts'
export { oneToManyScores, STEP_AGGREGATES } from '../rewards/evaluation/one-to-many.ts'
export type { Predicted, ProbabilityScores } from '../rewards/evaluation/probability.ts'
export { probabilityScores } from '../rewards/evaluation/probability.ts'
export type { CanonicalForm, Dynamics, TransitionReward } from '../rewards/evaluation/reward-distance.ts'
export { CANONICAL_FORMS, canonicalReward, rewardDistance } from '../rewards/evaluation/reward-distance.ts'
export type { RewardPair } from '../rewards/evaluation/reward-pairs.ts'
export { rewardPairs } from '../rewards/evaluation/reward-pairs.ts'
export type { ProcessOptions, SampledProcess } from '../rewards/evaluation/sampled-process.ts'
export { sampledProcess } from '../rewards/evaluation/sampled-process.ts'
export type {
  AggregateScores,
  BestOf,
  JudgedTrajectory,
  SignalScores,
  TrajectoryAggregate,
} from '../rewards/evaluation/step-signal.ts'
export { signalScores } from '../rewards/evaluation/step-signal.ts'
export type { Reading } from '../rewards/monitors/reading.ts'
export type { MonitorSettings } from '../rewards/monitors/training-monitors.ts'
export { MONITOR_NAMES, TrainingMonitors } from '../rewards/monitors/training-monitors.ts'
export type { Condition } from './creditbench/conditions.ts'
export type { BenchEntry } from './creditbench/entries.ts'
export { entriesOf, PLANTED } from './creditbench/entries.ts'
export type { MeasureName } from './creditbench/measures/catalog.ts'
export { MEASURES } from './creditbench/measures/catalog.ts'
export type { Scores } from './creditbench/measures/evaluate.ts'
export { evaluateEntry } from './creditbench/measures/evaluate.ts'
export type { BenchSettings, ConditionResult } from './creditbench/run.ts'
export { allEntries, runBench } from './creditbench/run.ts'
export type { Sample, SamplingSettings } from './creditbench/sample.ts'
export { samplesOf } from './creditbench/sample.ts'
export type { SolvedTask, Testbed } from './creditbench/testbed.ts'
export { testbedOf } from './creditbench/testbed.ts'
export type { BenchWorld } from './creditbench/world.ts'
export { modelsOf, worlds } from './creditbench/world.ts'
export type { AdviceOptions, Advised } from './exact/advised-policy.ts'
export { advisedPolicy } from './exact/advised-policy.ts'
export type { EnumerationLimits } from './exact/enumerate.ts'
export { enumerate } from './exact/enumerate.ts'
export type { ExactModel, StateAnchors } from './exact/model.ts'
export { tableOf } from './exact/policy-table.ts'
export { trainedPolicy } from './exact/trained-policy.ts'
export type { ExactValues, ValueOptions } from './exact/values.ts'
export { advantagesOf, optimalValues, valuesOf } from './exact/values.ts'
export { visitsOf } from './exact/visits.ts'
export { optimalValue, optimalValueFrom } from './search/optimal-value.ts'
export type { Estimated } from './statistics/interval.ts'
