import { dialogueEnvironment } from '../engine/environment.ts'
import { support } from './scenario.ts'

/** Comfort a simulated person, with the emotion of RLVER. */
export default dialogueEnvironment(support)
