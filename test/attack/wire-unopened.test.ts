import { describe, expect, it } from 'vitest'
import { GymError } from '../../core/data/errors.ts'
import { onFailure } from '../../core/data/user-code.ts'
import type { Environment } from '../../core/episode/environment.ts'
import { hookSet } from '../../core/reward/hook.ts'
import retail from '../../envs/tools/retail/index.ts'
import webshop from '../../envs/webshop/index.ts'
import { listen } from '../../server/listen.ts'
import { Client, until } from '../support/server/client.ts'
import { post } from '../support/server/http.ts'

const SECRET = '/secret/zqcanaryqz'
const failing = (thrown: Error) => async (): Promise<Environment> => {
  throw thrown
}

const UNOPENED = {
  'a module that throws': { load: failing(new Error(SECRET)) },
  'a module with a wrong setting': { load: failing(new GymError('CONFIG_INVALID', SECRET)) },
  'a module that names another environment': { load: failing(new GymError('ENV_UNKNOWN', SECRET)) },
  'a data folder that is missing': { load: async () => retail, options: { data: SECRET } },
  'a catalogue that is missing': { load: async () => webshop, options: { catalogue: { folder: SECRET } } },
  'an option that there is not': { load: async () => retail, options: { zqcanaryqz: 1 } },
}

describe('an environment that cannot be opened', () => {
  it.each(Object.entries(UNOPENED))(
    'because of %s shows clients a reference, and its operator the cause',
    async (_, served) => {
      const server = await listen({ environments: [{ name: 'broken', ...served }], hooks: hookSet([]) })
      const causes: string[] = []
      const unlisten = onFailure(({ reference, cause }) => causes.push(`${reference} ${String(cause)}`))
      try {
        const replies: string[] = []
        for (const path of ['metadata', 'schema', 'tasks', 'splits', 'health'])
          replies.push(await (await fetch(`${server.url}/broken/${path}`)).text())
        for (const path of ['reset', 'num_tasks', 'task', 'mcp'])
          replies.push(JSON.stringify((await post(server, `/broken/${path}`, {})).body))
        const client = new Client(`${server.url.replace('http', 'ws')}/broken/ws`)
        await until(() => client.socket.readyState === client.socket.OPEN)
        const refused = await client.reset()
        expect(refused.data.code).toBe('FACTORY_ERROR')
        replies.push(JSON.stringify(refused))
        for (const reply of replies) {
          expect(reply).not.toMatch(/secret|zqcanaryqz|ENOENT/)
          const [, reference = '-'] = /\(reference ([\w-]+)\)/.exec(reply) ?? []
          expect(causes.find((cause) => cause.startsWith(reference))).toContain('zqcanaryqz')
        }
      } finally {
        unlisten()
        await server.close('done')
      }
    },
  )
})
