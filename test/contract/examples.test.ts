import { describe, expect, it } from 'vitest'
import { printedServer } from '../../bin/commands/serve/print.ts'
import { environmentCatalog } from '../../bin/find.ts'
import type { Environment } from '../../core/episode/environment.ts'
import { exampleAction } from '../../core/episode/example.ts'
import { kindOf } from '../../server/protocols/openenv/request.ts'
import { connected, served } from '../support/server/client.ts'
import { NativeClient } from '../support/server/native-client.ts'

const catalog = environmentCatalog(import.meta.dirname, {})

const printed = (environment: Environment): string => {
  const choice = { tokens: [], record: null, hasViewer: false }
  return printedServer('http://localhost:1', [environment], choice, (_, text) => text).join('\n')
}

describe('the example action that serve prints', () => {
  it.each(catalog.names())('is valid at the start of %s, in both dialects', async (name) => {
    const environment = await catalog.load(name)
    const example = exampleAction(environment)
    if (example === null)
      expect(printed(environment)).toContain('env.step({"action": result.metadata["available_actions"][0]})')
    else expect(printed(environment)).toContain(`episode.step(${JSON.stringify(example)})`)
    const server = await served([environment])
    const plain = await connected(server)
    const native = new NativeClient(`${server.url}/ws`)
    for (const seed of [7, 8, 9]) {
      const { metadata = {} } = (await plain.reset({ seed })).data
      const action = example ?? (metadata.available_actions as readonly string[])[0]
      const data = kindOf(environment.actionSchema) === 'fields' ? action : { action }
      expect((await plain.ask({ type: 'step', data })).data).toMatchObject({ step: 0, is_action_valid: true })
      const { episode, actions } = await native.ask({ type: 'reset', seed })
      const own = example ?? actions?.[0] ?? null
      expect(await native.ask({ type: 'step', episode, action: own })).toMatchObject({ isActionValid: true })
    }
  })
})
