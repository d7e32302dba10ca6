import { openEnvEnvironment } from './environment.ts'

/** Environment `openenv`: any server of OpenEnv's protocol that the operator has configured. */
export default openEnvEnvironment()
