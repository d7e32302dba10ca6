import type { ConformanceSuite } from '../../handler.ts'
import { gameOrderHandler, tablesHandler } from './tables.ts'
import { transcriptsHandler } from './transcripts.ts'
import { verlProjectionHandler, verlPromptsHandler } from './verl.ts'

/** Handlers of the vector files on ALFWorld. */
export default {
  name: 'household',
  vectors: 'envs',
  handlers: [tablesHandler, gameOrderHandler, transcriptsHandler, verlProjectionHandler, verlPromptsHandler],
} satisfies ConformanceSuite
