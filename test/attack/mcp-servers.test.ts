import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../core/data/types.ts'
import type { Episode } from '../../core/episode/episode.ts'
import { startEpisode } from '../../core/episode/start.ts'
import { openWorld } from '../../core/episode/world.ts'
import { mcpEnvironment } from '../../envs/tools/mcp/index.ts'
import { readServers } from '../../envs/tools/mcp/servers.ts'
import { compiledPath } from '../support/compiled.ts'
import { hostile } from '../support/mcp/servers.ts'
import { until } from '../support/server/client.ts'

const episodes: Episode[] = []
const folder = mkdtempSync(join(tmpdir(), 'stepgym-hostile-'))

afterEach(async () => {
  await Promise.all(episodes.splice(0).map((episode) => episode.close()))
  for (const name of ['pids', 'pid']) rmSync(join(folder, name), { force: true })
})

/** An episode over a server that misbehaves in this manner. */
async function started(manner: string, options: JsonObject = {}, more: JsonObject = {}): Promise<Episode> {
  const servers = readServers({ hostile: { ...hostile(manner, join(folder, 'pids')), ...more } })
  const world = await openWorld(mcpEnvironment(servers), { server: 'hostile', callMs: 60_000, ...options })
  const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
  episodes.push(episode)
  return episode
}

const ACT = { name: 'act', arguments: {} }

async function shownBy(manner: string, options: JsonObject = {}): Promise<readonly [boolean, string]> {
  const episode = await started(manner, options)
  const { isActionValid } = await episode.step(ACT)
  return [isActionValid, episode.text()]
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const pids = (): readonly number[] => JSON.parse(readFileSync(join(folder, 'pids'), 'utf8'))

describe('a result of a hostile server', () => {
  it('is text for the agent, whatever it contains, and each character can be written', async () => {
    const [isValid, text] = await shownBy('ansi')
    expect([isValid, text]).toEqual([
      true,
      '[act]\n\u001b[2J\u001b[31mred\u0007 <script>alert(1)</script> \ufffd \u202e',
    ])
    expect(Buffer.from(text).toString()).toBe(text)
  })

  it('ends no episode by what it says', async () => {
    const episode = await started('injection')
    await episode.step(ACT)
    expect(episode.ending).toBeNull()
    expect(episode.text()).toMatch(/^\[act\]\n\[user\]/)
  })

  it('changes no object by its names', async () => {
    expect(await shownBy('proto')).toEqual([true, '[act]\nfine'])
    expect({}).not.toHaveProperty('polluted')
  })

  it('is an error for the agent if it is malformed, or an error of the protocol', async () => {
    expect(await shownBy('malformed')).toEqual([false, '[act]\nError: the answer of the server is not a tool result'])
    expect(await shownBy('error')).toEqual([false, '[act]\nError: no tool act'])
  })

  it('is shown by kind and size if it is not text', async () => {
    const [, text] = await shownBy('picture')
    expect(text.split('\n').slice(1)).toEqual([
      '[image image/png, 3 bytes]',
      '[audio audio/wav, 4 bytes]',
      '[resource file:///x]',
      'the text of y',
      '[resource file:///z, 3 bytes]',
    ])
    expect(await shownBy('structured')).toEqual([true, '[act]\n{"answer":42}'])
  })

  it('is cut where it is long', async () => {
    const [, text] = await shownBy('long', { resultCharacters: 100 })
    expect(text).toBe(`[act]\n${'x'.repeat(100)}\n(left out: 999900 of 1000000 characters)`)
  })

  it('is found among lines of a log, requests of the server, and answers without a request', async () => {
    expect(await shownBy('noisy')).toEqual([true, '[act]\ndone'])
  })

  it('comes with the tools where their list has changed', async () => {
    const episode = await started('changing')
    await episode.step(ACT)
    expect(episode.text()).toMatch(/^\[act\]\ndone\n\[system\]\nThe tools have changed\.[\s\S]*- act-1:/)
    expect(episode.publicState()).toMatchObject({ tools: [{ name: 'act' }, { name: 'act-1' }] })
  })
})

describe('a hostile server', () => {
  it('that hangs in a call costs the time of the call, and the next is taken', async () => {
    const episode = await started('hang', { callMs: 100 })
    for (const expected of [0, 1]) {
      const { index, isActionValid } = await episode.step(ACT)
      expect([index, isActionValid, episode.text()]).toEqual([
        expected,
        false,
        '[act]\nError: the tool did not answer within 100 ms',
      ])
    }
  })

  it.each([
    ['dies in a call', 'die', /the server has ended/],
    ['floods its output', 'flood', /more than 8388608 bytes/],
    ['sends a result without end', 'huge', /more than 8388608 bytes/],
  ])('that %s aborts its episode, and no other', async (_, manner, reason) => {
    const other = await started('none')
    const episode = await started(manner)
    const failure = await Promise.resolve(episode.step(ACT)).catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ code: 'EFFECT_FAILED' })
    expect(`${(failure as Error).message}`).not.toMatch(reason)
    expect(JSON.stringify(failure, causes)).toMatch(reason)
    expect(episode.ending).toBe('aborted')
    expect((await other.step(ACT)).isActionValid).toBe(true)
  })

  it('that is killed in the middle of a call aborts its episode', async () => {
    const episode = await started('hang')
    const { pid } = episode.live as { readonly pid: number }
    const step = Promise.resolve(episode.step(ACT)).catch((thrown: unknown) => thrown)
    process.kill(pid, 'SIGKILL')
    expect(await step).toMatchObject({ code: 'EFFECT_FAILED' })
    expect(episode.endingReason).toMatch(/^EFFECT_FAILED: step 0/)
  })

  it.each([
    ['never answers', 'silent', 500, /timed out/i],
    ['lists tools without end', 'endless', 60_000, /more than 500 tools/],
    ['ends at once', 'complaining', 60_000, /the key .*is missing/],
  ])('that %s lets no episode begin, and the operator reads why', async (_, manner, startMs, reason) => {
    const failure = await started(manner, { startMs }).catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ message: expect.stringMatching(/^(open|reset): /) })
    expect(JSON.stringify(failure, causes)).toMatch(reason)
    expect((failure as Error).message).not.toMatch(reason)
  })

  it('whose program does not exist lets no episode begin', async () => {
    const failure = await started('none', {}, { command: '/no/such/program' }).catch((thrown: unknown) => thrown)
    expect(JSON.stringify(failure, causes)).toMatch(/ENOENT/)
  })

  it('ends with its episode, with all that it started, also where it will not', async () => {
    const episode = await started('stubborn')
    expect((await episode.step(ACT)).isActionValid).toBe(true)
    const all = pids()
    expect(all.map(isAlive)).toEqual([true, true])
    await episode.close()
    await until(() => !all.some(isAlive))
  })

  it('ends with the process of the gym', async () => {
    const servers = JSON.stringify({ left: hostile('stubborn', join(folder, 'pids')) })
    const script = compiledPath('test/support/mcp/leave-open.ts')
    const gym = spawn(process.execPath, [script, servers], { stdio: 'ignore' })
    await once(gym, 'exit')
    expect(gym.exitCode).toBe(0)
    const left = pids()
    expect(left).toHaveLength(2)
    await until(() => !left.some(isAlive))
  })

  it('gets no variable of the gym but harmless ones, and those that the operator names', async () => {
    process.env.STEPGYM_TEST_SECRET = 'secret'
    process.env.STEPGYM_TEST_SHARED = 'shared'
    try {
      const inherit = { inherit: ['STEPGYM_TEST_SHARED'], env: { OWN: '1' } }
      const episode = await started('environment', {}, inherit)
      await episode.step(ACT)
      const names = JSON.parse(episode.text().replace('[act]\n', '')) as readonly string[]
      expect(names).toEqual(expect.arrayContaining(['OWN', 'PATH', 'STEPGYM_TEST_SHARED']))
      expect(names).not.toContain('STEPGYM_TEST_SECRET')
    } finally {
      delete process.env.STEPGYM_TEST_SECRET
      delete process.env.STEPGYM_TEST_SHARED
    }
  })
})

/** Errors with their causes, as an operator's log has them. */
function causes(_: string, value: unknown): unknown {
  return value instanceof Error ? { message: value.message, cause: value.cause } : value
}
