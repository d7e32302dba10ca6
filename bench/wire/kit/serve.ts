import { hookSet } from '../../../core/reward/hook.ts'
import webshop from '../../../envs/webshop/index.ts'
import { listen } from '../../../server/listen.ts'
import { echo } from './echo.ts'

/** The server under load, in a process of its own: `serve.ts PORT`. */
const environments = [echo, webshop].map((environment) => ({
  name: environment.id.split('@')[0] ?? '',
  load: async () => environment,
}))
await listen({ environments, hooks: hookSet([]), port: Number(process.argv[2]), limits: { bufferedBytes: 2 ** 26 } })

/** Asked by its parent, it collects its garbage and says what it holds. */
process.on('message', async () => {
  for (let round = 0; round < 6; round++) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    globalThis.gc?.()
  }
  process.send?.(process.memoryUsage())
})
if (process.channel) process.channel.unref()
