import type { ConformanceSuite } from '../../handler.ts'
import { bfclHandler } from './bfcl.ts'
import { tauEdgeHandler, tauTasksHandler } from './tau.ts'

export default {
  name: 'tools',
  vectors: 'envs',
  handlers: [tauTasksHandler, tauEdgeHandler, bfclHandler],
} satisfies ConformanceSuite
