import type { ConformanceSuite } from '../../handler.ts'
import { emotionHandler } from './emotion.ts'
import { socialHandler } from './social.ts'

export default {
  name: 'dialogue',
  vectors: 'envs',
  handlers: [emotionHandler, socialHandler],
} satisfies ConformanceSuite
