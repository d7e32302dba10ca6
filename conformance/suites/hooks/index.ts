import type { ConformanceSuite } from '../../handler.ts'
import { budgetHandler, exitHandler, targetHandler, truncationHandler } from './lengths.ts'
import {
  certaintyHandler,
  confidentHandler,
  perplexityHandler,
  referenceHandler,
  reflectionHandler,
} from './log-probs.ts'
import {
  bestOfNHandler,
  calibrationHandler,
  processBenchHandler,
  rewardMathHandler,
  sweepHandler,
} from './reward-models.ts'

/** Handlers of vector files that concern reward hooks, shaping and the evaluation of reward models. */
const handlers = [
  ...[processBenchHandler, sweepHandler, bestOfNHandler, rewardMathHandler, calibrationHandler],
  ...[referenceHandler, perplexityHandler, certaintyHandler, confidentHandler, reflectionHandler],
  ...[truncationHandler, targetHandler, budgetHandler, exitHandler],
]

export default { name: 'hooks', vectors: 'hooks', handlers } satisfies ConformanceSuite
