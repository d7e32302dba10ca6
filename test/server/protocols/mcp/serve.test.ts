import { describe, expect, it } from 'vitest'
import type { Trajectory } from '../../../../core/data/types.ts'
import { defineRewardHook } from '../../../../core/reward/hook.ts'
import guessNumber from '../../../../envs/guess-number.ts'
import airline from '../../../../envs/tools/airline/index.ts'
import bfcl from '../../../../envs/tools/bfcl/index.ts'
import mcp from '../../../../envs/tools/mcp/index.ts'
import retail from '../../../../envs/tools/retail/index.ts'
import type { GymServer } from '../../../../server/listen.ts'
import { pass, stopClock } from '../../../support/clock.ts'
import { mcpClient, textsOf } from '../../../support/mcp/client.ts'
import { NOTHING_OPEN, quiet, served, until } from '../../../support/server/client.ts'
import { echo, gated } from '../../../support/server/worlds.ts'

/** Episodes of a server as they end. */
function endedIn(server: GymServer): Trajectory[] {
  const ended: Trajectory[] = []
  server.host.listen({ episodeEnded: ({ trajectory }) => void ended.push(trajectory) })
  return ended
}

const stepOf = (result: unknown): Readonly<Record<string, unknown>> =>
  (result as { _meta: Readonly<Record<string, Readonly<Record<string, unknown>>>> })._meta['stepgym/step'] ?? {}

describe('a tools environment, served by the Model Context Protocol,', () => {
  it.each([retail, airline])('says what the task is about and lists the tools of $id', async (environment) => {
    const name = environment.id.replace(/@.*/, '')
    const server = await served([environment])
    const { client, errors } = await mcpClient(server, `/${name}/mcp?seed=3`)
    expect(client.getServerVersion()).toMatchObject({ name, version: '1' })
    expect(client.getInstructions()).toMatch(/\[user\]/)
    const { tools } = await client.listTools()
    const { task } = (await (await fetch(`${server.url}/${name}/task`, post({ split: 'train', index: 0 }))).json()) as {
      task: { public: { policy: string; tools: { function: { name: string; parameters: unknown } }[] } }
    }
    expect(client.getInstructions()?.startsWith(task.public.policy)).toBe(true)
    expect(tools.map((tool) => tool.name)).toEqual([...task.public.tools.map((tool) => tool.function.name), 'respond'])
    expect(tools[0]?.inputSchema).toEqual(task.public.tools[0]?.function.parameters)
    expect(errors).toEqual([])
  })

  it('is played as any other, and recorded in its own actions', async () => {
    const server = await served([retail])
    const ended = endedIn(server)
    const { client, transport } = await mcpClient(server, '/mcp?task=train-0&max_steps=3')
    const said = await client.callTool({ name: 'respond', arguments: { content: 'What is your name and zip code?' } })
    expect(textsOf(said)).toEqual([expect.not.stringContaining('[user]')])
    const failed = await client.callTool({ name: 'get_user_details', arguments: { user_id: 'nobody' } })
    expect(failed).toMatchObject({ isError: true, content: [{ text: 'Error: user not found' }] })
    const last = await client.callTool({ name: 'calculate', arguments: { expression: '2 * 3' } })
    expect(textsOf(last)).toEqual(['6.0', 'The episode has ended: truncated (maxSteps).'])
    expect(stepOf(last)).toMatchObject({ step: 2, done: true, truncated: true, ending: 'truncated' })
    const late = await client.callTool({ name: 'calculate', arguments: { expression: '1' } })
    expect(late).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('start another') }] })
    await transport.terminateSession()
    expect(ended.map(({ steps, ending }) => [ending, steps.map(({ action }) => action)])).toEqual([
      [
        'truncated',
        [
          { name: 'respond', arguments: { content: 'What is your name and zip code?' } },
          { name: 'get_user_details', arguments: { user_id: 'nobody' } },
          { name: 'calculate', arguments: { expression: '2 * 3' } },
        ],
      ],
    ])
    await quiet(server)
  })

  it('lists the functions of a turn, where more arrive later', async () => {
    const server = await served([bfcl])
    const { tasks } = (await (await fetch(`${server.url}/tools-bfcl/tasks?limit=1000`)).json()) as {
      tasks: { id: string; public: { tools: { function: { name: string } }[] } }[]
    }
    const late = tasks.find(({ id }) => id.includes('missing-function')) ?? tasks[0]
    const { client } = await mcpClient(server, `/mcp?task=${late?.id}`)
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual([
      ...(late?.public.tools.map((tool) => tool.function.name) ?? []),
      'respond',
    ])
    for (const { inputSchema } of tools) expect(inputSchema.type).toBe('object')
    const ended = await client.callTool({ name: 'respond', arguments: { content: 'Done.' } })
    expect(ended.isError).toBe(false)
  })

  it('can have its tools from another server of the protocol', async () => {
    const server = await served([mcp])
    const { client, transport } = await mcpClient(server, '/mcp?task=read')
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(['write_note', 'read_note', 'list_notes', 'respond'])
    const note = await client.callTool({ name: 'read_note', arguments: { title: 'meeting' } })
    expect(textsOf(note)).toEqual(['Tuesday at 10:30 in room 4'])
    const last = await client.callTool({ name: 'respond', arguments: { content: 'At 10:30, in room 4.' } })
    expect(stepOf(last)).toMatchObject({ done: true, ending: 'terminated', rewards: [{ name: 'env', value: 1 }] })
    await transport.terminateSession()
    await quiet(server)
  })

  it('shows rewards to trainers, and to agents none, nor a seed', async () => {
    const one = defineRewardHook({ name: 'one', version: 1, scope: 'turn', reward: () => 1 })
    const tokens = [
      { role: 'agent', token: 'agents-token' },
      { role: 'trainer', token: 'trainers-token' },
    ] as const
    const server = await served([retail], { hooks: [one], tokens })
    const seen = async (token: string): Promise<readonly [unknown, unknown]> => {
      const { client } = await mcpClient(server, '/mcp?seed=5', { authorization: `Bearer ${token}` })
      const result = await client.callTool({ name: 'transfer_to_human_agents', arguments: { summary: '' } })
      const { _meta: meta } = await client.listTools()
      return [stepOf(result), meta?.['stepgym/episode']]
    }
    const [step, episode] = await seen('agents-token')
    expect(Object.keys(step as object)).not.toContain('rewards')
    expect(JSON.stringify([step, episode])).not.toMatch(/reward|outcome|seed/)
    const [ofTrainer, begun] = await seen('trainers-token')
    expect(ofTrainer).toMatchObject({
      rewards: [
        { name: 'env', value: 0 },
        { name: 'one', value: 1 },
      ],
      outcome: [],
    })
    expect(begun).toMatchObject({ seed: 5 })
  })

  it('takes unknown tools and wrong arguments as steps of the agent, and takes no step for anything else', async () => {
    const server = await served([retail])
    const ended = endedIn(server)
    const { client, transport } = await mcpClient(server, '/mcp')
    const results = [
      await client.callTool({ name: 'no_such_tool', arguments: {} }),
      await client.callTool({ name: 'calculate', arguments: { expression: 7 } }),
      await client.callTool({ name: 'calculate' }),
      await client.callTool({ name: 'calculate', arguments: JSON.parse('{"__proto__":{"expression":"1"}}') }),
      await client.callTool({ name: 'calculate', arguments: { $float: 1 } }),
    ]
    expect(results.map((result) => [result.isError, ...textsOf(result)])).toEqual([
      [true, 'Unknown action no_such_tool'],
      [true, 'Error: arguments.expression must be a string, not an integer'],
      [true, 'Error: arguments.expression is missing'],
      [true, 'Error: arguments.expression is missing'],
      [true, expect.stringContaining('arguments of calculate are an object')],
    ])
    await expect(client.callTool({ name: 'x'.repeat(300), arguments: {} })).rejects.toMatchObject({ code: -32602 })
    await transport.terminateSession()
    expect(ended.map(({ steps }) => steps.length)).toEqual([5])
    expect(Object.prototype).not.toHaveProperty('expression')
  })
})

const post = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

describe('a session of the Model Context Protocol', () => {
  it('starts another episode if listing the tools says so', async () => {
    const server = await served([retail])
    const ended = endedIn(server)
    const { client } = await mcpClient(server, '/mcp?task=train-0')
    const begun = await client.listTools({ _meta: { 'stepgym/reset': { task: 'train-1', episode_id: 'second' } } })
    expect(begun._meta?.['stepgym/episode']).toMatchObject({
      episode_id: 'second',
      task: { id: 'train-1' },
      observation: expect.stringContaining('[user]'),
    })
    expect(ended).toMatchObject([{ taskId: 'train-0', ending: 'aborted' }])
    await expect(client.listTools({ _meta: { 'stepgym/reset': { task: 'no-such' } } })).rejects.toMatchObject({
      code: -32602,
      data: { code: 'TASK_UNKNOWN' },
    })
    expect(stepOf(await client.callTool({ name: 'calculate', arguments: { expression: '1' } })).episode_id).toBe(
      'second',
    )
  })

  it('is refused if its first episode cannot begin, and leaves nothing behind', async () => {
    const server = await served([retail])
    await expect(mcpClient(server, '/mcp?task=no-such')).rejects.toThrow(/no-such/)
    await expect(mcpClient(server, '/mcp?max_steps=many')).rejects.toThrow(/max_steps/)
    await expect(mcpClient(server, '/nowhere/mcp')).rejects.toThrow(/nowhere/)
    expect(server.host.counts).toEqual(NOTHING_OPEN)
    expect(server.connections).toBe(0)
  })

  it('has one tool if the environment has none of its own, and says what may be done', async () => {
    const server = await served([guessNumber, echo])
    const { client } = await mcpClient(server, '/guess-number/mcp')
    const { tools } = await client.listTools()
    expect(tools).toMatchObject([{ name: 'act', inputSchema: { type: 'object', required: ['action'] } }])
    const [text, more] = textsOf(await client.callTool({ name: 'act', arguments: { action: '50' } }))
    expect(text).toMatch(/higher|lower|correct/)
    expect(more ?? '').not.toContain('null')
    const { client: other } = await mcpClient(server, '/echo/mcp')
    expect(textsOf(await other.callTool({ name: 'act', arguments: { action: 'hello' } }))).toEqual(['hello'])
  })

  it('belongs to its token', async () => {
    const tokens = [
      { role: 'agent', token: 'first-agent' },
      { role: 'agent', token: 'second-agent' },
      { role: 'observer', token: 'an-observer' },
    ] as const
    const server = await served([retail, echo], { tokens })
    const { client, transport } = await mcpClient(server, '/t/first-agent/tools-retail/mcp')
    const ask = async (path: string, method = 'POST'): Promise<number> => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
      const headers = {
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
        'mcp-session-id': transport.sessionId ?? '',
      }
      const response = await fetch(server.url + path, { method, headers, ...(method === 'POST' && { body }) })
      return response.status
    }
    expect(await ask('/t/second-agent/tools-retail/mcp')).toBe(404)
    expect(await ask('/t/second-agent/tools-retail/mcp', 'DELETE')).toBe(404)
    expect(await ask('/t/first-agent/echo/mcp')).toBe(404)
    expect(await ask('/t/an-observer/tools-retail/mcp')).toBe(403)
    expect(await ask('/tools-retail/mcp')).toBe(401)
    expect(await ask('/t/first-agent/tools-retail/mcp')).toBe(200)
    expect((await client.listTools()).tools.length).toBeGreaterThan(5)
  })

  it('is not reached from a page of another site, nor under another host name', async () => {
    const server = await served([retail])
    await expect(mcpClient(server, '/mcp', { origin: 'https://evil.example' })).rejects.toThrow(/evil.example/)
    expect(server.host.counts.sessions).toBe(0)
  })

  it('offers no stream, and wants the media types of the protocol', async () => {
    const server = await served([retail])
    expect((await fetch(`${server.url}/mcp`)).status).toBe(405)
    const initialize = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
    }
    expect((await fetch(`${server.url}/mcp`, post(initialize))).status).toBe(406)
    const broken = await fetch(`${server.url}/mcp`, { ...post(0), body: '{"jsonrpc":' })
    expect([broken.status, broken.headers.get('x-content-type-options')]).toEqual([422, 'nosniff'])
    await quiet(server)
  })

  it('serves its calls one after the other, and ends with those that wait', async () => {
    const { environment, release } = gated()
    const server = await served([environment])
    const { client, transport } = await mcpClient(server, '/mcp')
    const [first, second, third] = ['a', 'b', 'c'].map((action) =>
      client.callTool({ name: 'act', arguments: { action } }),
    )
    const answered: string[] = []
    void first?.then(() => answered.push('a'))
    void second?.then(() => answered.push('b'))
    const refused = expect(third).rejects.toThrow(/session has ended/)
    // The second is not asked for before the first is answered, so that there is nothing to release.
    await until(() => {
      release('b')
      release('a')
      return answered.length === 2
    })
    expect(answered).toEqual(['a', 'b'])
    await transport.terminateSession()
    await refused
    await quiet(server)
  })

  it('ends when it is idle, with its episode', async () => {
    stopClock('idleness')
    const server = await served([retail], { limits: { idleMs: 500 } })
    const ended = endedIn(server)
    const { client } = await mcpClient(server, '/mcp')
    expect(ended).toEqual([])
    await pass(1000)
    await until(() => ended.length === 1)
    expect(ended[0]).toMatchObject({ ending: 'aborted', endingReason: 'idle' })
    await expect(client.listTools()).rejects.toThrow(/404|no session/)
    await quiet(server)
  })

  it('takes a place among the sessions, and the server says so when it is full', async () => {
    const server = await served([retail], { limits: { sessions: 1, waitMs: 50 } })
    const { transport } = await mcpClient(server, '/mcp')
    await expect(mcpClient(server, '/mcp')).rejects.toThrow(/full/)
    await transport.terminateSession()
    await mcpClient(server, '/mcp')
  })

  it('is not opened for a client that left while it waited', async () => {
    const server = await served([retail], { limits: { sessions: 1, waitMs: 30_000 } })
    const { transport } = await mcpClient(server, '/mcp')
    const leaving = new AbortController()
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } }
    const { headers, ...request } = post({ jsonrpc: '2.0', id: 1, method: 'initialize', params })
    const accept = 'application/json, text/event-stream'
    const opening = fetch(`${server.url}/mcp`, { ...request, headers: { ...headers, accept }, signal: leaving.signal })
    const left = expect(opening).rejects.toThrow(/abort/)
    await until(() => server.host.counts.waiting === 1)
    leaving.abort()
    await left
    // Answered after the server has seen that the other connection is closed.
    await fetch(`${server.url}/health`)
    await transport.terminateSession()
    await quiet(server)
  })

  it('leaves out a result that no reply may hold, and its step stands', async () => {
    const server = await served([echo], { limits: { frameBytesOut: 4096 } })
    const { client } = await mcpClient(server, '/mcp')
    const result = await client.callTool({ name: 'act', arguments: { action: 'x'.repeat(5000) } })
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('left out') }] })
    expect(stepOf(result).step).toBe(0)
    expect(stepOf(await client.callTool({ name: 'act', arguments: { action: 'y' } })).step).toBe(1)
  })

  it('shows of an environment that broke what agents may know, and no more', async () => {
    const server = await served([echo])
    const { client } = await mcpClient(server, '/mcp')
    const result = await client.callTool({ name: 'act', arguments: { action: 'throw' } })
    expect(result.isError).toBe(true)
    expect(JSON.stringify(result)).toContain('the environment threw')
    expect(JSON.stringify(result)).not.toContain('the echo broke')
  })

  it('never shows what a task hides', async () => {
    const server = await served([echo])
    const { client } = await mcpClient(server, '/mcp?task=one')
    const all = [
      client.getInstructions(),
      await client.listTools(),
      await client.callTool({ name: 'act', arguments: { action: 'stop' } }),
    ]
    expect(JSON.stringify(all)).not.toContain('zqcanaryqz')
  })
})
