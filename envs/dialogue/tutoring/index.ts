import { dialogueEnvironment } from '../engine/environment.ts'
import { tutoring } from './scenario.ts'

export default dialogueEnvironment(tutoring)
