import type { ConformanceSuite } from '../../handler.ts'
import { tauEdgeHandler, tauTasksHandler } from './tau.ts'

export default {
  name: 'tools',
  vectors: 'envs',
  handlers: [tauTasksHandler, tauEdgeHandler],
} satisfies ConformanceSuite
