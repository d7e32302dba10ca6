import type { VerifyHandler } from '../../core/verify.ts'
import { equalGroupsHandler } from './equal-groups.ts'
import { gigpoHandler } from './gigpo.ts'
import { crbcHandler, g2poHandler, graphGpoHandler } from './graphs.ts'
import { hashingHandler, ratioHandler, similarityHandler } from './groupings.ts'
import { hgpoHandler } from './hgpo.ts'
import { outcomeHandler } from './outcome.ts'

/** Handlers of every family of vector files that concerns credit assignment. */
export const verifyHandlers: readonly VerifyHandler[] = [
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
]
