import { describe, expect, it } from 'vitest'
import retail from '../../../../envs/tools/retail/index.ts'
import type { GymServer } from '../../../../server/listen.ts'
import { type Client, connected, quiet, served, until } from '../../../support/server/client.ts'
import { echo } from '../../../support/server/worlds.ts'

const step = (client: Client, data: unknown) => client.ask({ type: 'step', data })

/** A request of JSON-RPC, as OpenEnv's client posts it. */
async function rpc(server: GymServer, method: string, params: unknown = {}, path = '/mcp') {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', method, params, id: 7 }),
  })
  return (await response.json()) as {
    readonly id: number
    readonly result: Readonly<Record<string, unknown>>
    readonly error?: { readonly code: number; readonly message: string }
  }
}

describe('tools on a socket of OpenEnv', () => {
  it('are listed before a reset, and no step is taken', async () => {
    const server = await served([retail])
    const client = await connected(server)
    const listed = await step(client, { type: 'list_tools' })
    expect(listed.data).toMatchObject({ reward: null, done: false, step: null })
    const { tools = [] } = listed.data.observation ?? {}
    expect(tools.map(({ name }) => name)).toContain('respond')
    for (const tool of tools) expect(Object.keys(tool).toSorted()).toEqual(['description', 'input_schema', 'name'])
    expect(server.host.counts.episodes).toBe(0)
    await client.reset({ task: 'train-0' })
    await step(client, { type: 'list_tools', metadata: {} })
    expect((await client.ask({ type: 'state' })).data).toMatchObject({ step_count: 0 })
  })

  it('are called as steps, whose observations have the fields of a typed client and no more', async () => {
    const server = await served([retail])
    const client = await connected(server)
    expect((await step(client, { type: 'call_tool', tool_name: 'calculate', arguments: {} })).data).toMatchObject({
      code: 'EXECUTION_ERROR',
      gym_code: 'EPISODE_NEEDED',
    })
    await client.reset({ task: 'train-0', max_steps: 5 })
    const seen = []
    for (const data of [
      { type: 'call_tool', tool_name: 'calculate', arguments: { expression: '2 * 3' } },
      { tool_name: 'respond', arguments: { content: 'hello' } },
      { type: 'call_tool', tool_name: 'nothing' },
      { type: 'call_tool', tool_name: 'calculate', arguments: { $float: 1 } },
      { action: { name: 'calculate', arguments: { expression: '1' } } },
    ])
      seen.push((await step(client, data)).data)
    expect(seen.map(({ observation }) => observation)).toEqual([
      { tool_name: 'calculate', result: '6.0', error: null },
      { tool_name: 'respond', result: expect.any(String), error: null },
      { tool_name: 'nothing', result: null, error: { error_type: 'tool_not_found', message: expect.any(String) } },
      { tool_name: 'calculate', result: null, error: { error_type: 'invalid_args', message: expect.any(String) } },
      { text: '[calculate]\n1.0' },
    ])
    expect(seen.map(({ step: index, done }) => [index, done])).toEqual([0, 1, 2, 3, 4].map((at) => [at, at === 4]))
  })

  it.each([
    ['a name that is none', { type: 'call_tool', tool_name: 7 }],
    ['arguments that are no object', { type: 'call_tool', tool_name: 'calculate', arguments: [] }],
    ['numbers that JSON has not', { type: 'call_tool', tool_name: 'calculate', arguments: { expression: 2n ** 60n } }],
  ])('are not called with %s', async (_, data) => {
    const server = await served([retail])
    const client = await connected(server)
    await client.reset({ task: 'train-0' })
    const text = JSON.stringify({ type: 'step', data }, (__, value) => (typeof value === 'bigint' ? 0.5 : value))
    client.raw(text.replace('0.5', `${2n ** 60n}`))
    expect((await client.next()).data).toMatchObject({ code: 'VALIDATION_ERROR', gym_code: 'FRAME_INVALID' })
    expect((await client.ask({ type: 'state' })).data).toMatchObject({ step_count: 0 })
  })

  it('are listed and called in frames of type mcp', async () => {
    const server = await served([retail])
    const client = await connected(server)
    await client.reset({ task: 'train-0' })
    const mcp = (method: string, params: unknown) =>
      client.ask({ type: 'mcp', data: { jsonrpc: '2.0', method, params, id: 'x' } })
    expect((await mcp('tools/list', {})).data).toMatchObject({ id: 'x', result: { tools: { length: 17 } } })
    const called = await mcp('tools/call', { name: 'calculate', arguments: { expression: '2 + 2' } })
    expect(called).toMatchObject({ type: 'mcp', data: { result: { data: '4.0', isError: false } } })
    expect((await mcp('tools/call', { name: '' })).data).toMatchObject({ error: { code: -32602 } })
    expect((await mcp('prompts/list', {})).data).toMatchObject({ error: { code: -32601 } })
    const next = await step(client, { tool_name: 'calculate', arguments: { expression: '1' } })
    expect(next.data).toMatchObject({ step: 1 })
    expect(next.data).not.toHaveProperty('superseded')
  })

  it('are described by the title that clients know them by', async () => {
    const server = await served([retail, echo])
    const titleOf = async (name: string) =>
      ((await (await fetch(`${server.url}/${name}/schema`)).json()) as { action: { title: string } }).action.title
    expect(await titleOf('tools-retail')).toBe('CallToolAction')
    expect(await titleOf('echo')).toBe('EchoAction')
  })
})

describe('a session of OpenEnv over HTTP', () => {
  it('is opened, shared with a socket, and closed', async () => {
    const server = await served([retail])
    const { session_id } = (await rpc(server, 'openenv/session/create')).result
    const client = await connected(server, `/ws?session_id=${session_id}`)
    await client.reset({ task: 'train-0', episode_id: 'shared' })
    const called = await rpc(server, 'tools/call', { session_id, name: 'calculate', arguments: { expression: '5' } })
    expect(called).toMatchObject({
      id: 7,
      result: { data: '5.0', _meta: { 'stepgym/step': { episode_id: 'shared' } } },
    })
    expect((await step(client, { tool_name: 'calculate', arguments: { expression: '6' } })).data).toMatchObject({
      step: 1,
    })
    client.socket.terminate()
    await until(() => server.connections === 1)
    expect(server.host.counts).toMatchObject({ episodes: 1, sessions: 1 })
    expect((await rpc(server, 'openenv/session/close', { session_id })).result).toEqual({ session_id, closed: true })
    expect((await rpc(server, 'tools/list', { session_id })).error).toMatchObject({ code: -32602 })
    await quiet(server)
  })

  it('starts an episode if a call needs one, and none to list the tools', async () => {
    const server = await served([retail])
    const { session_id } = (await rpc(server, 'openenv/session/create')).result
    expect((await rpc(server, 'tools/list', { session_id })).result).toMatchObject({ tools: { length: 17 } })
    expect(server.host.counts.episodes).toBe(0)
    expect((await rpc(server, 'tools/call', { session_id, name: 'nothing' })).result).toMatchObject({ isError: true })
    expect(server.host.counts.episodes).toBe(1)
  })

  it('is unknown to other environments, sockets of a second client, and after its end', async () => {
    const server = await served([retail, echo])
    const { session_id } = (await rpc(server, 'openenv/session/create', {}, '/tools-retail/mcp')).result
    expect((await rpc(server, 'tools/list', { session_id }, '/echo/mcp')).error?.message).toMatch(/no session/)
    const first = await connected(server, `/tools-retail/ws?session_id=${session_id}`)
    await first.reset()
    const second = await connected(server, `/tools-retail/ws?session_id=${session_id}`)
    expect((await second.reset()).data).toMatchObject({ gym_code: 'REQUEST_CONFLICT' })
    const stranger = await connected(server, `/tools-retail/ws?session_id=none`)
    expect((await stranger.reset()).data).toMatchObject({ gym_code: 'SESSION_UNKNOWN' })
    await rpc(server, 'openenv/session/close', { session_id }, '/tools-retail/mcp')
    expect(await first.end()).toMatchObject({ status: 1001 })
    await quiet(server)
  })

  it('refuses what it has no method for', async () => {
    const server = await served([retail, echo])
    expect((await rpc(server, 'tools/call', { name: 'calculate' }, '/tools-retail/mcp')).error).toMatchObject({
      code: -32602,
      message: expect.stringContaining('no session'),
    })
    const { session_id } = (await rpc(server, 'openenv/session/create', {}, '/echo/mcp')).result
    expect((await rpc(server, 'tools/list', { session_id }, '/echo/mcp')).error).toMatchObject({ code: -32601 })
  })
})
