import { dialogueEnvironment } from '../engine/environment.ts'
import { negotiation } from './scenario.ts'

/** Buy from a simulated seller with a hidden least price, after SOTOPIA's negotiations. */
export default dialogueEnvironment(negotiation)
