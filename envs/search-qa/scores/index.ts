/**
 * Scores of answers as HotpotQA's and Search-R1's scripts compute them.
 * @module
 */
export {
  exactReward,
  type FormatShares,
  type FormatVerdict,
  formatReward,
  hasRetrieved,
  judgeFormat,
  lastAnswer,
  subMatchReward,
} from '../search-r1/reward.ts'
export { answerOverlap, bestOverlap, exactMatch, normalizeAnswer, type Overlap, subMatch } from './answer.ts'
export { type Fact, type FactOverlap, factOverlap, jointOverlap } from './supporting-facts.ts'
