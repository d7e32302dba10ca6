import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { run } from '../../../support/command.ts'
import { newFolder } from '../../../support/folder.ts'
import { hostile, PUBLIC_SERVERS } from '../../../support/mcp/servers.ts'

/** Files of a folder as one text. */
const contentOf = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'))
    .join('\n')

describe('a run over an MCP server', () => {
  const play = async (folder: string, server: string, actions: readonly unknown[]) => {
    const script = `scripted:actions=${JSON.stringify(actions)}`
    const flags = ['--mcp-servers', 'mcp.json', '--set', `server=${server}`, '--groups', '1', '--group-size', '2']
    return run(['rollout', '--env', 'tools/mcp', '--agent', script, ...flags, '--out', 'run'], { folder })
  }

  it('is replayed where neither the server nor its configuration is known, and holds no secret of it', async () => {
    const folder = newFolder()
    const { everything } = PUBLIC_SERVERS as { everything: Record<string, unknown> }
    const servers = { everything: { ...everything, env: { KEY: 'a-secret-key' } } }
    writeFileSync(join(folder, 'mcp.json'), JSON.stringify({ mcpServers: servers }))
    const echo = { name: 'echo', arguments: { message: 'hello' } }
    const rolled = await play(folder, 'everything', [echo, 'Done.'])
    expect([rolled.code, rolled.err]).toEqual([0, expect.not.stringContaining('Error')])
    const record = contentOf(join(folder, 'run'))
    expect(record).toContain('Echo: hello')
    expect(record).not.toMatch(/a-secret-key|server-everything/)
    const replayed = await run(['replay', join(folder, 'run')], { folder: newFolder() })
    expect([replayed.code, replayed.out + replayed.err]).toEqual([0, expect.stringContaining('2')])
  })

  it('aborts the episodes of a server that dies, and records why', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'mcp.json'), JSON.stringify({ dying: hostile('die') }))
    await play(folder, 'dying', [{ name: 'act', arguments: {} }, 'Done.'])
    expect(contentOf(join(folder, 'run'))).toMatch(/"ending":"aborted"[\s\S]*EFFECT_FAILED: step 0/)
  })
})
