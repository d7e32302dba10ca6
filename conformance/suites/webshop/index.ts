import type { ConformanceSuite, VerifyHandler } from '../../handler.ts'
import { fuzzHandler } from './fuzz.ts'
import { goalsHandler } from './goals.ts'
import { productsHandler } from './products.ts'
import { pythonRngHandler } from './python-rng.ts'
import { rewardHandler } from './reward.ts'
import { englishTokensHandler, searchHandler } from './search.ts'
import { transcriptsHandler } from './transcripts.ts'
import { verlProjectionHandler, verlPromptsHandler } from './verl.ts'

/** Handlers of every family of vector files that concerns the web shop. */
const handlers: readonly VerifyHandler[] = [
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

export default { name: 'webshop', vectors: 'envs', handlers } satisfies ConformanceSuite
