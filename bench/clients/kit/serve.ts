import { hookSet } from '../../../core/reward/hook.ts'
import { listen } from '../../../server/listen.ts'
import { echo, page } from './environments.ts'

/** The server that clients play on, in a process of its own: `serve.ts PORT`. */
const environments = [
  { name: 'echo', load: async () => echo },
  { name: 'page', load: async () => page },
]
await listen({ environments, hooks: hookSet([]), port: Number(process.argv[2]), limits: { bufferedBytes: 2 ** 26 } })
