import type { ConformanceSuite, VerifyHandler } from '../../handler.ts'
import { equalGroupsHandler } from './equal-groups.ts'
import { gigpoHandler } from './gigpo.ts'
import { crbcHandler, g2poHandler, graphGpoHandler } from './graphs.ts'
import { hashingHandler, ratioHandler, similarityHandler } from './groupings.ts'
import { hgpoHandler } from './hgpo.ts'
import { oprlHandler } from './oprl.ts'
import { outcomeHandler } from './outcome.ts'
import { primeHandler, primeOriginalHandler } from './prime.ts'
import { profHandler } from './prof.ts'
import { pureBaselineHandler, pureHandler } from './pure.ts'
import { toolMatchHandler, toolRlHandler } from './tools.ts'
import { biLevelHandler, matchTirHandler, mtGrpoHandler } from './turns.ts'

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
  matchTirHandler,
  profHandler,
  toolRlHandler,
  toolMatchHandler,
]

export default { name: 'credit', vectors: 'credit', handlers } satisfies ConformanceSuite
