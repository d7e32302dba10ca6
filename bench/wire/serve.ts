import { hookSet } from '../../core/reward.ts'
import webshop from '../../envs/webshop/index.ts'
import { listen } from '../../server/listen.ts'
import { echo } from './echo.ts'

/** The server under load, in a process of its own: `serve.ts PORT`. */
const environments = [echo, webshop].map((environment) => ({
  name: environment.id.split('@')[0] ?? '',
  load: async () => environment,
}))
await listen({ environments, hooks: hookSet([]), port: Number(process.argv[2]), limits: { bufferedBytes: 2 ** 26 } })
