import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../../core/data/types.ts'
import type { Episode } from '../../../../core/episode/episode.ts'
import { fork, replayMoves } from '../../../../core/episode/fork.ts'
import { movesOf } from '../../../../core/episode/progress.ts'
import { startEpisode } from '../../../../core/episode/start.ts'
import { openWorld } from '../../../../core/episode/world.ts'
import { mcpEnvironment } from '../../../../envs/tools/mcp/index.ts'
import { readServers } from '../../../../envs/tools/mcp/servers.ts'
import { freePort } from '../../../support/free-port.ts'
import { EVERYTHING, PUBLIC_SERVERS } from '../../../support/mcp/servers.ts'
import { until } from '../../../support/server/client.ts'

const TASKS: readonly Json[] = [
  {
    id: 'sum',
    instruction: 'Add 2 and 3 by the tool, and say the sum.',
    expect: { calls: [{ tool: 'get-sum', arguments: { a: 2, b: 3 }, result: '5' }], answer: '5' },
  },
]

const episodes: Episode[] = []
const processes: ChildProcess[] = []
const folders: string[] = []

afterEach(async () => {
  await Promise.all(episodes.splice(0).map((episode) => episode.close()))
  for (const child of processes.splice(0)) child.kill('SIGKILL')
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

async function started(servers: JsonObject, options: JsonObject) {
  const world = await openWorld(mcpEnvironment(readServers(servers)), options)
  const task = world.tasks.at(world.tasks.splits[0] ?? '', 0)
  const episode = await startEpisode(world, { task, seed: 1 })
  episodes.push(episode)
  return { world, episode }
}

/** A server at an address, which ends with the test; another one where its port was taken meanwhile. */
async function everythingAtAddress(): Promise<string> {
  const port = await freePort()
  const child = spawn(process.execPath, [EVERYTHING, 'streamableHttp'], {
    env: { ...process.env, PORT: `${port}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  processes.push(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => (said += `${bytes}`))
  await until(() => said.includes('listening') || child.exitCode !== null)
  if (child.exitCode !== null) return everythingAtAddress()
  return `http://127.0.0.1:${port}/mcp`
}

describe('the environment over server-everything', () => {
  const play = async (servers: JsonObject) => {
    const { episode } = await started(servers, { server: 'everything', tasks: TASKS })
    expect(episode.text()).toMatch(/^\[user\]\nAdd 2 and 3[\s\S]*\[system\]\nThe tools are:[\s\S]*- echo: /)
    const echoed = await episode.step({ name: 'echo', arguments: { message: 'hello' } })
    expect([echoed.isActionValid, episode.text()]).toEqual([true, '[echo]\nEcho: hello'])
    const both = { tool_calls: [call('get-sum', { a: 2, b: 3 }), call('get-tiny-image', {})] }
    await episode.step(both)
    expect(episode.text()).toMatch(
      /\[get-sum\]\nThe sum of 2 and 3 is 5\.\n\[get-tiny-image\][\s\S]*\[image image\/png, \d+ bytes\]/,
    )
    const bad = await episode.step(call('get-sum', { a: 'x' }))
    expect([bad.isActionValid, episode.text()]).toEqual([false, expect.stringMatching(/invalid/i)])
    const unknown = await episode.step(call('no-such-tool', {}))
    expect([unknown.isActionValid, episode.text()]).toEqual([false, expect.stringMatching(/no-such-tool/)])
    expect(episode.grades()).toEqual({ progress: 0.5 })
    const last = await episode.step({ respond: 'It is 5.' })
    expect(last).toMatchObject({ reward: 1, terminated: true })
  }

  it('plays by a process and by streamable HTTP', async () => {
    await play(PUBLIC_SERVERS)
    const url = await everythingAtAddress()
    await play({ everything: { type: 'http', url, headers: { 'x-test': '1' } } })
  })
})

describe('a server at an address', () => {
  it.each([0, 1500])(
    'that is killed %i ms after a call aborts the episode',
    async (delay) => {
      const url = await everythingAtAddress()
      const { episode } = await started({ everything: { url } }, { server: 'everything' })
      const long = call('trigger-long-running-operation', { duration: 60, steps: 60 })
      const step = Promise.resolve(episode.step(long)).catch((thrown: unknown) => thrown)
      await new Promise((resolve) => setTimeout(resolve, delay))
      processes.at(-1)?.kill('SIGKILL')
      expect(await step).toMatchObject({ code: 'EFFECT_FAILED' })
      expect(episode.ending).toBe('aborted')
    },
    30_000,
  )
})

const call = (name: string, args: JsonObject): JsonObject => ({ name, arguments: args })

describe('the environment over server-memory', () => {
  const remember = (name: string): JsonObject =>
    call('create_entities', { entities: [{ name, entityType: 'thing', observations: [] }] })

  /** With a file of its own: the server would keep all in one. */
  const servers = (): JsonObject => {
    const folder = mkdtempSync(join(tmpdir(), 'stepgym-memory-'))
    folders.push(folder)
    const { memory } = PUBLIC_SERVERS as { memory: JsonObject }
    // Every process of a fork begins with the same file, so each has to have its own.
    const script = `MEMORY_FILE_PATH=${folder}/$$.jsonl exec "$0" "$@"`
    const { command, args } = memory as { command: string; args: readonly string[] }
    return { memory: { command: 'sh', args: ['-c', script, command, ...args] } }
  }

  it('forks by doing the calls again on a server of its own', async () => {
    const { episode } = await started(servers(), { server: 'memory' })
    await episode.step(remember('cup'))
    const twin = await fork(episode)
    episodes.push(twin)
    await twin.step(remember('plate'))
    await twin.step(call('read_graph', {}))
    expect(twin.text()).toMatch(/cup[\s\S]*plate/)
    await episode.step(call('read_graph', {}))
    expect(episode.text()).toMatch(/cup/)
    expect(episode.text()).not.toMatch(/plate/)
  })

  it('replays from the record without a server', async () => {
    const { world, episode } = await started(servers(), { server: 'memory' })
    await episode.step(remember('cup'))
    await episode.step(call('read_graph', {}))
    const moves = movesOf(episode.past)
    const bare = await openWorld(mcpEnvironment(), { server: 'memory' })
    expect(bare.digest).toBe(world.digest)
    const replayed = await replayMoves(bare, episode.settings, moves, (index) => ({
      kind: 'read',
      recorded: index < 0 ? episode.resetEffects : (moves[index]?.effects ?? []),
    }))
    expect(replayed.stateHash()).toBe(episode.stateHash())
    expect(replayed.text()).toMatch(/cup/)
    await replayed.close()
    await expect(async () => startEpisode(bare, episode.settings)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      cause: { message: expect.stringContaining('no MCP server "memory" is configured') },
    })
  })
})
