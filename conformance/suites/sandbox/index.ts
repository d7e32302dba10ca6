import type { ConformanceSuite } from '../../handler.ts'
import { humanEvalHandler } from './humaneval.ts'
import { mbppHandler } from './mbpp.ts'
import { passAtKHandler } from './pass-at-k.ts'
import { sweGradingHandler } from './swe-grading.ts'

export default {
  name: 'sandbox',
  vectors: 'envs',
  handlers: [humanEvalHandler, mbppHandler, passAtKHandler, sweGradingHandler],
} satisfies ConformanceSuite
