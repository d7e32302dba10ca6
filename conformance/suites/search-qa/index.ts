import type { ConformanceSuite } from '../../handler.ts'
import { exactMatchHandler, factsHandler, formatHandler } from './scores.ts'
import { promptsHandler, stepsHandler } from './steps.ts'

/** Handlers of the vector files on questions that are answered by search. */
export default {
  name: 'search-qa',
  vectors: 'envs',
  handlers: [exactMatchHandler, factsHandler, formatHandler, stepsHandler, promptsHandler],
} satisfies ConformanceSuite
