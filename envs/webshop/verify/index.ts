import type { VerifyHandler } from '../../../core/verify.ts'
import { fuzzHandler } from './fuzz.ts'
import { goalsHandler } from './goals.ts'
import { productsHandler } from './products.ts'
import { pythonRngHandler } from './python-rng.ts'
import { rewardHandler } from './reward.ts'
import { englishTokensHandler, searchHandler } from './search.ts'
import { transcriptsHandler } from './transcripts.ts'
import { verlProjectionHandler, verlPromptsHandler } from './verl.ts'

/** Handlers of every family of vector files that concerns the web shop. */
export const verifyHandlers: readonly VerifyHandler[] = [
  pythonRngHandler,
  fuzzHandler,
  rewardHandler,
  productsHandler,
  goalsHandler,
  transcriptsHandler,
  englishTokensHandler,
  searchHandler,
  verlProjectionHandler,
  verlPromptsHandler,
]
