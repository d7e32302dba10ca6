import { importedEnvironment } from './environment.ts'

/** Environment `imported`: conversations that `stepgym import` recorded. */
export default importedEnvironment(() => null)
