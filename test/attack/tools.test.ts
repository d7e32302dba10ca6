import { describe, expect, it } from 'vitest'
import { connect } from '../../agents/remote/client.ts'
import type { Json } from '../../core/data/types.ts'
import bfcl from '../../envs/tools/bfcl/index.ts'
import mcp from '../../envs/tools/mcp/index.ts'
import {
  fields,
  PythonError,
  rowsOf,
  Table,
  type Tool,
  type ToolsTask,
  text,
  toolsEnvironment,
} from '../../envs/tools/own-domain.ts'
import retail from '../../envs/tools/retail/index.ts'
import type { GymServer } from '../../server/listen.ts'
import { mcpClient, textsOf } from '../support/mcp/client.ts'
import { connected, quiet, served } from '../support/server/client.ts'

/** A part of everything that no agent may see. */
const CANARY = 'c4nary'
const LAMPS = new Table<{ colour: string }>('lamps')

const paint: Tool = {
  name: 'paint',
  description: 'Paints a lamp.',
  parameters: fields({ lamp: text('Its name.'), colour: text('A colour.') }),
  effect: 'write',
  run(db, { lamp = null, colour = null }) {
    const row = LAMPS.edit(db, String(lamp))
    if (!row) throw new PythonError(`there is no lamp ${String(lamp)}`)
    row.colour = String(colour)
    return `${String(lamp)} is ${row.colour}`
  },
}

const taskOf = (split: string): ToolsTask => ({
  id: `${split}-0`,
  private: {
    persona: {
      opening: 'My lamp is ugly.',
      facts: [{ words: ['secret'], says: `${CANARY} fact` }],
      laterFacts: [{ words: ['secret'], says: `${CANARY} later fact` }],
      secondThought: `${CANARY} thought`,
      patience: 100,
    },
    actions: [{ name: 'paint', args: { lamp: 'desk', colour: `${CANARY} blue` } }],
    outputs: [`${CANARY} output`],
  },
})

const lamps = toolsEnvironment({
  id: 'lamps@1',
  summary: 'paint a lamp',
  tools: [paint],
  open: () => ({
    database: { tables: new Map([['lamps', rowsOf([['desk', { colour: 'grey' }]])]]) },
    policy: 'Be kind.',
    splits: { train: [taskOf('train')], test: [taskOf('test')] },
    isStrict: true,
    digest: '',
  }),
})

const HUGE = 'x'.repeat(70_000)
const DEEP = `${'['.repeat(300)}${']'.repeat(300)}`

/** Actions that no tool takes; all are tried over every protocol. */
const BAD: readonly Json[] = [
  ...[null, true, 0, -1.5, '', ' ', '\u0000', [], {}, [[]], { name: null }, { name: 'paint' }, { arguments: {} }],
  ...[
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'respond',
    '\u001b[31m',
    '<script>',
    '../x',
    'a\nb',
  ].map((name) => ({ name, arguments: {} })),
  ...['{', '[]', 'null', '{"a":1}{"b":2}', '{"__proto__":{"a":1}}', '{"a":1e999}', `{"a":${DEEP}}`, '{"$dict":[]}'].map(
    (given) => ({ name: 'paint', arguments: given }),
  ),
  ...[null, 3, [], { lamp: 3 }, { lamp: 'desk', colour: 'red', more: 1 }, { lamp: ['desk'], colour: {} }].map(
    (given) => ({ name: 'paint', arguments: given }),
  ),
  { name: 'paint', arguments: { lamp: 'nothing', colour: 'red' } },
  { tool_calls: [] },
  { tool_calls: [null, 1, 'x'] },
  { tool_calls: Array.from({ length: 40 }, () => ({ name: 'paint', arguments: {} })) },
  { tool_calls: [{ type: 'function', function: { name: 'paint', arguments: '{' } }] },
  '{"name": "paint", "arguments": ',
  '<tool_call>{"name"</tool_call>',
  '<tool_call>'.repeat(1000),
  `<tool_call>${DEEP}`,
  HUGE,
  { name: 'paint', arguments: { lamp: HUGE, colour: 'x' } },
  { respond: HUGE },
]

type Shown = unknown[]
type Attack = (server: GymServer, name: string, prefix: string) => Promise<Shown>

const json = async (url: string, body?: unknown): Promise<unknown> => {
  const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  return (await fetch(url, init)).json().catch(() => null)
}

/** Each shows all that it got to see. */
const ATTACKS: Readonly<Record<string, Attack>> = {
  async native(server, environment, prefix) {
    const gym = await connect(server.url, { environment, ...(prefix !== '' && { token: prefix.slice('/t/'.length) }) })
    const episode = await gym.reset({ maxSteps: 200 })
    const shown: Shown = [episode.task, episode.observation, await episode.listTools(), await gym.tasks()]
    for (const action of BAD)
      if (episode.ending === null) shown.push(await episode.step(action).catch((error: Error) => error.message))
    if (episode.ending === null) shown.push(await episode.observe())
    await gym.close()
    return shown
  },
  async openenv(server, name, prefix) {
    const client = await connected(server, `${prefix}/${name}/ws`)
    await client.reset({ max_steps: 200 })
    for (const action of BAD) await client.ask({ type: 'step', data: { action } })
    for (const action of BAD) await client.ask({ type: 'step', data: action as never })
    await client.ask({ type: 'step', data: { type: 'list_tools' } })
    await client.ask({ type: 'state' })
    client.socket.close()
    return [...client.frames]
  },
  async http(server, name, prefix) {
    const at = `${server.url}${prefix}/${name}`
    const started = (await json(`${at}/reset`, { max_steps: 200 })) as { readonly episode_id?: string }
    const shown: Shown = [started]
    for (const path of ['metadata', 'schema', 'tasks', 'splits', 'environments', 'state'])
      shown.push(await json(`${at}/${path}`))
    for (const action of BAD) shown.push(await json(`${at}/step`, { ...started, action }))
    await json(`${at}/close`, started)
    return shown
  },
  async mcp(server, name, prefix) {
    const { client, transport } = await mcpClient(server, `${prefix}/${name}/mcp?max_steps=200`)
    const shown: Shown = [client.getInstructions(), await client.listTools()]
    for (const action of BAD) {
      const { name: tool = 'paint', arguments: args = {} } = (action ?? {}) as Readonly<Record<string, never>>
      const asking = { name: String(tool ?? ''), arguments: args }
      shown.push(await client.callTool(asking).then(textsOf, (error: Error) => error.message))
    }
    await transport.terminateSession()
    return shown
  },
}

const TOKENS = [{ role: 'agent', token: 'agents-token' }] as const

describe.each(Object.entries(ATTACKS))('bad actions over %s', (_, attack) => {
  it('show an agent nothing of the gold calls, nor of what the user has not said', async () => {
    const server = await served([lamps], { tokens: TOKENS })
    const shown = JSON.stringify(await attack(server, 'lamps', '/t/agents-token'))
    expect(shown).toContain('paint')
    expect(shown).not.toContain(CANARY)
    await quiet(server)
  })

  it.each([retail, bfcl, mcp, lamps])(
    'leave the server and the episodes of others as they were: $id',
    async (environment) => {
      const name = environment.id.replace(/@.*/, '')
      const server = await served([environment])
      const gym = await connect(server.url, { environment: name })
      const [other, reference] = [await gym.reset({ seed: 5 }), await gym.reset({ seed: 5 })]
      const before = await other.observe()
      await attack(server, name, '')
      expect(await other.observe()).toEqual({ ...before, id: expect.anything(), seq: expect.anything() })
      const said = { name: 'respond', arguments: { content: 'What is your name and zip code?' } }
      const [one, two] = [await other.step(said), await reference.step(said)]
      expect([one.observation, one.reward, one.ending]).toEqual([two.observation, two.reward, two.ending])
      await gym.close()
      await quiet(server)
    },
  )
})
