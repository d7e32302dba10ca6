import { dialogueEnvironment } from '../engine/environment.ts'
import { negotiation } from './scenario.ts'

export default dialogueEnvironment(negotiation)
