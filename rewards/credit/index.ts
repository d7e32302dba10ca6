/**
 * Advantages on demand: several estimators over one batch or group, under one recipe, compared; with what a batch and
 * an estimator of one's own are made of (docs/estimators.md).
 * @module
 */
export {
  batchOfGroups,
  batchOfTrajectories,
  parseBatch,
  parseBatchText,
  type SignalColumn,
  type StepBatch,
  type StepSignal,
} from '../../core/batch/index.ts'
export type { CheckResult } from '../../core/check/report.ts'
export { counted } from '../../core/data/shown.ts'
export { type Credit, defineEstimator, type Estimate, type Estimator } from '../estimator/estimator.ts'
export type { Explained, Explanation, Peer, Term } from '../estimator/explanation.ts'
export {
  COMMON,
  choice,
  EPSILON,
  flag,
  GAMMA,
  NORM,
  name,
  names,
  number,
  numbers,
  type OptionSpec,
  type OptionsOf,
  PENALTY,
  whole,
} from '../estimator/options.ts'
export { firstRows, OUTCOME, scoreRows } from '../estimator/outcome.ts'
export { groupRelative, leaveOneOut } from '../estimator/relative.ts'
export { type Need, type Scope, scopeOf } from '../estimator/scope.ts'
export {
  actionColumn,
  anchorColumn,
  discountedReturns,
  episodeScores,
  spread,
  stepSignal,
  tokenRanges,
} from '../estimator/signals.ts'
export { type Moments, momentsOf, type NormalisedOptions, normalised } from '../estimator/statistics.ts'
export { type Grouping, NO_GROUP } from '../grouping/grouping.ts'
export { groupedByPair } from '../grouping/pairs.ts'
export { stepIndexGroups } from '../grouping/step-index.ts'
export { passAtK } from '../pass-at-k.ts'
export { type Assigned, assignCredit, type CreditRequest, type NoCredit, type Shaping, withReason } from './assign.ts'
export { checkEstimator } from './check.ts'
export { type Agreement, agreements, type Spread, spreadOf } from './compare.ts'
export { advantageAt, creditGroup, type GroupCredit, type TrajectoryCredit } from './group.ts'
export { tokenAdvantagesAt } from './tokens.ts'
export { wordsOf } from './words.ts'
