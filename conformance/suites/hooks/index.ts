import type { ConformanceSuite } from '../../handler.ts'
import {
  budgetSegmentHandler,
  consistencyHandler,
  critiqueHandler,
  distanceOfRewardsHandler,
  lexicographicHandler,
  linkedHandler,
  samplingHandler,
  tournamentHandler,
  verdictHandler,
} from './judging.ts'
import { budgetHandler, exitHandler, targetHandler, truncationHandler } from './lengths.ts'
import {
  certaintyHandler,
  confidentHandler,
  perplexityHandler,
  referenceHandler,
  reflectionHandler,
} from './log-probs.ts'
import {
  contributionHandler,
  denoisedHandler,
  densityHandler,
  distanceHandler,
  proverHandler,
  renormHandler,
  trustHandler,
} from './progress.ts'
import {
  bestOfNHandler,
  calibrationHandler,
  processBenchHandler,
  rewardMathHandler,
  sweepHandler,
} from './reward-models.ts'
import { toolRlHandler } from './tools.ts'

/** Handlers of vector files that concern reward hooks, shaping and the evaluation of reward models. */
const handlers = [
  ...[processBenchHandler, sweepHandler, bestOfNHandler, rewardMathHandler, calibrationHandler],
  ...[referenceHandler, perplexityHandler, certaintyHandler, confidentHandler, reflectionHandler],
  ...[
    contributionHandler,
    proverHandler,
    distanceHandler,
    renormHandler,
    trustHandler,
    densityHandler,
    denoisedHandler,
  ],
  ...[
    tournamentHandler,
    critiqueHandler,
    verdictHandler,
    budgetSegmentHandler,
    samplingHandler,
    linkedHandler,
    consistencyHandler,
    lexicographicHandler,
    distanceOfRewardsHandler,
  ],
  toolRlHandler,
  ...[truncationHandler, targetHandler, budgetHandler, exitHandler],
]

export default { name: 'hooks', vectors: 'hooks', handlers } satisfies ConformanceSuite
