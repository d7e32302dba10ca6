/**
 * Advantages on demand: several estimators over one batch or group, under one recipe, compared; with what a batch and
 * an estimator of one's own are made of.
 * @module
 */
export {
  batchOfGroups,
  batchOfTrajectories,
  parseBatch,
  parseBatchText,
  type StepBatch,
} from '../../core/batch/index.ts'
export { defineEstimator, type Estimator } from '../estimator/estimator.ts'
export { type Assigned, assignCredit, type CreditRequest, type NoCredit, type Shaping, withReason } from './assign.ts'
export { type Agreement, agreements, type Spread, spreadOf } from './compare.ts'
export { advantageAt, creditGroup, type GroupCredit, type TrajectoryCredit } from './group.ts'
export { tokenAdvantagesAt } from './tokens.ts'
export { counted, wordsOf } from './words.ts'
