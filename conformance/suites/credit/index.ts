import type { ConformanceSuite, VerifyHandler } from '../../handler.ts'
import {
  gdpoHandler,
  gdpoTrlHandler,
  maxRlHandler,
  maxRlPrimeHandler,
  prpoHandler,
  trlBatchScaleHandler,
  trlRlooHandler,
} from './batch-wide.ts'
import { equalGroupsHandler } from './equal-groups.ts'
import { gigpoHandler } from './gigpo.ts'
import { crbcHandler, g2poHandler, graphGpoHandler } from './graphs.ts'
import { hashingHandler, ratioHandler, similarityHandler } from './groupings.ts'
import { hgpoHandler } from './hgpo.ts'
import { maskedTokensHandler } from './masked-tokens.ts'
import { mtGrpoHandler, mtGrpoTurnsHandler } from './mt-grpo.ts'
import { oprlHandler } from './oprl.ts'
import { outcomeHandler } from './outcome.ts'
import { primeHandler, primeOriginalHandler } from './prime.ts'
import { profHandler } from './prof.ts'
import { pureBaselineHandler, pureHandler } from './pure.ts'
import { igpoHandler, igpoTurnsHandler, openRlhfHandler, optimalBaselineHandler } from './token-returns.ts'
import { toolMatchHandler, toolRlHandler } from './tools.ts'
import { kevinHandler, turnReturnsHandler } from './turn-returns.ts'
import { biLevelHandler, matchTirHandler } from './turns.ts'

/** Handlers of every family of vector files that concerns credit assignment. */
const handlers: readonly VerifyHandler[] = [
  gigpoHandler,
  hgpoHandler,
  equalGroupsHandler,
  hashingHandler,
  ratioHandler,
  similarityHandler,
  outcomeHandler,
  graphGpoHandler,
  g2poHandler,
  crbcHandler,
  primeHandler,
  primeOriginalHandler,
  oprlHandler,
  pureHandler,
  pureBaselineHandler,
  biLevelHandler,
  mtGrpoHandler,
  mtGrpoTurnsHandler,
  matchTirHandler,
  profHandler,
  toolRlHandler,
  toolMatchHandler,
  gdpoHandler,
  gdpoTrlHandler,
  trlBatchScaleHandler,
  trlRlooHandler,
  openRlhfHandler,
  prpoHandler,
  maxRlHandler,
  maxRlPrimeHandler,
  igpoHandler,
  igpoTurnsHandler,
  turnReturnsHandler,
  kevinHandler,
  optimalBaselineHandler,
  maskedTokensHandler,
]

export default { name: 'credit', vectors: 'credit', handlers } satisfies ConformanceSuite
