import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { environmentCatalog } from '../../../../bin/find.ts'
import type { Json, JsonObject } from '../../../../core/data/types.ts'
import { startEpisode } from '../../../../core/episode/start.ts'
import { openWorld } from '../../../../core/episode/world.ts'
import mcp, { mcpEnvironment, readServers } from '../../../../envs/tools/mcp/index.ts'
import { hostile } from '../../../support/mcp/servers.ts'

const folder = mkdtempSync(join(tmpdir(), 'stepgym-mcp-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('MCP servers in the configuration', () => {
  it.each<[string, Json]>([
    ['mcpServers must be an object of servers', []],
    ['mcpServers.a must be an object', { a: 'npx' }],
    ['mcpServers.demo must be named', { demo: { command: 'x' } }],
    ['mcpServers.a/b must be named', { 'a/b': { command: 'x' } }],
    ['mcpServers.a must be given a command or a url', { a: {} }],
    ['mcpServers.a must be given a command or a url', { a: { command: 'x', url: 'http://x' } }],
    ['mcpServers.a.command must be a text', { a: { command: '' } }],
    ['mcpServers.a.command must be a text', { a: { command: 'a\0b' } }],
    ['mcpServers.a.args[1] must be a text', { a: { command: 'x', args: ['1', 2] } }],
    ['mcpServers.a.env.TOKEN must be a text', { a: { command: 'x', env: { TOKEN: 1 } } }],
    ['mcpServers.a must be without "shell"', { a: { command: 'x', shell: true } }],
    ['mcpServers.a.type must be stdio', { a: { command: 'x', type: 'http' } }],
    ['mcpServers.a.url must be an address', { a: { url: 'file:///etc/passwd' } }],
    ['mcpServers.a must be without "command_"', { a: { url: 'http://x', command_: 'x' } }],
  ])('are refused: %s', (message, servers) => {
    expect(() => readServers(servers)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(() => readServers(servers)).toThrow(message)
  })

  it('do not show their secrets in an error', () => {
    const bad = { a: { url: 'http://x', headers: { authorization: ['Bearer secret-token'] } } }
    expect(() => readServers(bad)).toThrow(/^mcpServers\.a\.headers\.authorization must be a text$/)
  })

  it.each<[string, JsonObject]>([
    ['as an object', { quiet: hostile('none') }],
    ['with its outer field', { mcpServers: { quiet: hostile('none') } }],
  ])('are read from a file, %s, and from settings', async (_, content) => {
    writeFileSync(join(folder, 'mcp.json'), JSON.stringify(content))
    for (const mcpServers of ['mcp.json', content]) {
      const environment = await environmentCatalog(folder, { mcpServers }).load('tools/mcp')
      const world = await openWorld(environment, { server: 'quiet' })
      const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
      expect(episode.text()).toMatch(/- act: does something/)
      await episode.close()
    }
  })

  it('are an error where their file cannot be read', async () => {
    const load = (mcpServers: string) => environmentCatalog(folder, { mcpServers }).load('tools/mcp')
    writeFileSync(join(folder, 'broken.json'), '{')
    await expect(load('broken.json')).rejects.toThrow(/MCP servers in .*broken\.json cannot be read/)
    await expect(load('missing.json')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('come from nowhere else: a record has a name, and neither a command nor an address', async () => {
    for (const options of [{ command: 'sh' }, { url: 'http://x' }, { mcpServers: {} }, { servers: {} }])
      await expect(openWorld(mcp, options)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    const configured = mcpEnvironment(
      readServers({ secret: { command: 'secret-command', env: { KEY: 'secret-key' } } }),
    )
    const world = await openWorld(configured, { server: 'secret' })
    expect(JSON.stringify([world.options, world.digest])).not.toMatch(/secret-/)
    expect(world.digest).toBe((await openWorld(mcp, { server: 'secret' })).digest)
  })
})

describe('tasks of tools-mcp', () => {
  it.each<[string, Json]>([
    ['tasks[0] must be an object', 'do it'],
    ['tasks[0].instruction must be a text', {}],
    ['tasks[0] must be without "expects"', { instruction: 'x', expects: {} }],
    ['tasks[0].expect.calls[0].tool must be a text', { instruction: 'x', expect: { calls: [{}] } }],
    ['tasks[0].expect.answer[0] must be a text', { instruction: 'x', expect: { answer: [1] } }],
  ])('are refused: %s', async (message, task) => {
    await expect(openWorld(mcp, { tasks: [task] })).rejects.toThrow(message)
  })

  it('have ids of their own', async () => {
    const task = { id: 'same', instruction: 'x' }
    await expect(openWorld(mcp, { tasks: [task, task] })).rejects.toThrow(/"same"/)
  })

  const play = async (task: JsonObject, actions: readonly Json[]) => {
    const world = await openWorld(mcp, { tasks: [{ instruction: 'x', ...task }] })
    const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
    const rewards = []
    for (const action of actions) rewards.push((await episode.step(action)).reward)
    await episode.close()
    return rewards
  }
  const read = { name: 'read_note', arguments: { title: 'meeting' } }

  it('are judged by the calls that succeeded and by the final answer', async () => {
    const expect_ = {
      calls: [{ tool: 'read_note', arguments: { title: 'meeting' }, result: 'room 4' }],
      answer: 'Room 4',
    }
    expect(await play({ expect: expect_ }, [read, 'It is in room 4.'])).toEqual([0, 1])
    expect(await play({ expect: expect_ }, ['It is in room 4.'])).toEqual([0])
    expect(await play({ expect: expect_ }, [read, 'I do not know.'])).toEqual([0, 0])
    const missing = { calls: [{ tool: 'read_note', arguments: { title: 'none' } }] }
    expect(await play({ expect: missing }, [{ name: 'read_note', arguments: { title: 'none' } }, 'Done.'])).toEqual([
      0, 0,
    ])
  })

  it.each(['{"title": 1e999}', '{"title": [-1e999]}', `{"title": ${'['.repeat(150)}${']'.repeat(150)}}`])(
    'take arguments %s, which cannot be passed on, as an invalid action',
    async (args) => {
      const world = await openWorld(mcp, {})
      const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
      for (const action of [{ name: 'read_note', arguments: args }, `{"name": "read_note", "arguments": ${args}}`])
        expect(await episode.step(action)).toMatchObject({ isActionValid: false })
      await episode.close()
    },
  )

  it('have no reward where nothing is expected', async () => {
    expect(await play({}, [read, 'Done.'])).toEqual([null, null])
  })

  it('never show what is expected', async () => {
    const expected = { calls: [{ tool: 'canary-tool' }], answer: 'canary-answer' }
    const world = await openWorld(mcp, { tasks: [{ instruction: 'x', expect: expected }] })
    const task = world.tasks.at('train', 0)
    const episode = await startEpisode(world, { task, seed: 1 })
    await episode.step(read)
    expect(JSON.stringify([task.public, episode.text(), episode.publicState()])).not.toMatch(/canary/)
    await episode.close()
  })
})
