import type { ConformanceSuite } from '../../handler.ts'
import {
  bestOfNHandler,
  calibrationHandler,
  processBenchHandler,
  rewardMathHandler,
  sweepHandler,
} from './reward-models.ts'

/** Handlers of vector files that concern reward hooks, shaping and the evaluation of reward models. */
const handlers = [processBenchHandler, sweepHandler, bestOfNHandler, rewardMathHandler, calibrationHandler]

export default { name: 'hooks', vectors: 'hooks', handlers } satisfies ConformanceSuite
