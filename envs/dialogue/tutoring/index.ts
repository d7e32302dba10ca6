import { dialogueEnvironment } from '../engine/environment.ts'
import { tutoring } from './scenario.ts'

/** Teach a simulated student whose knowledge is hidden. */
export default dialogueEnvironment(tutoring)
