import { dialogueEnvironment } from '../engine/environment.ts'
import { support } from './scenario.ts'

export default dialogueEnvironment(support)
