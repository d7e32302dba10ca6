/**
 * Trains a small policy over admissible actions: groups of episodes, rewards by hooks, advantages by any estimator,
 * clipped policy-gradient updates (docs/training.md).
 * @module
 */
export type { AdamState } from './adam.ts'
export type { AdvantageContext, AdvantageFunction, AdvantageSource, Advantages } from './advantages.ts'
export { expectSameTraining, readCheckpoint, type TrainingCheckpoint, writeCheckpoint } from './checkpoint.ts'
export type { HeldOut, Iteration, IterationReport, RewardModelReport, TrainingEnd, TrainingState } from './iteration.ts'
export {
  begunTraining,
  inTrainingFolder,
  type Keeping,
  type KeptEnd,
  keptTraining,
  openTraining,
  TRAINING_FILES,
} from './kept.ts'
export { DEFAULT_TRAINING, TRAINING_RANGES, type TrainingOptions } from './options.ts'
export { openPolicyReward, type PolicyReward, type PolicyRewardSettings, PROCESS_SIGNAL } from './reward-model.ts'
export { beginningOf, type TrainingSetup, trainPolicy } from './train.ts'
