import { describe, expect, it } from 'vitest'
import { connect } from '../../agents/remote/client.ts'
import retail from '../../envs/tools/retail/index.ts'
import { mcpClient } from '../support/mcp/client.ts'
import { connected, served } from '../support/server/client.ts'

const NAMES = ['tools-retail', 'tools/retail', 'tools-retail@1', 'tools/retail@1', 'tools%2Fretail']

describe('an environment in a folder', () => {
  it.each(NAMES)('has the address /%s over every protocol', async (name) => {
    const server = await served([retail])
    expect(await (await fetch(`${server.url}/${name}/metadata`)).json()).toMatchObject({ name: 'tools-retail' })
    const { client } = await mcpClient(server, `/${name}/mcp`)
    expect((await client.listTools()).tools).toHaveLength(17)
    const socket = await connected(server, `/${name}/ws`)
    expect(await socket.ask({ type: 'reset', data: {} })).toMatchObject({ type: 'observation' })
  })

  it.each(['tools-retail', 'tools/retail'])('is connected to by the name %s', async (environment) => {
    const server = await served([retail])
    const gym = await connect(server.url, { environment })
    expect(gym.environment.id).toBe('tools-retail@1')
    await gym.close()
  })

  it.each(['tools', 'retail', 'tools/retail/x', 'x/tools/retail', 'tools/retail@2'])('is not at /%s', async (name) => {
    const server = await served([retail])
    const answer = await fetch(`${server.url}/${name}/metadata`)
    expect([answer.status, await answer.json()]).toEqual([
      404,
      expect.objectContaining({ error: expect.objectContaining({ code: 'ENV_UNKNOWN' }) }),
    ])
  })

  it('has no address of a name in pieces', async () => {
    const server = await served([retail])
    for (const path of ['tools/retail', 'tools/retail/x/y', 'a/b/c/d'])
      expect((await fetch(`${server.url}/${path}`)).status).toBe(404)
  })
})
