import { gymnasiumEnvironment } from './environment.ts'

/** Environment `gymnasium`: any environment of Gymnasium that the operator has configured. */
export default gymnasiumEnvironment()
