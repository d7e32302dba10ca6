import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectOpenEnv, type OpenEnvClient } from '../../../agents/remote/openenv.ts'
import { deadUrl } from '../../support/remote/fake-server.ts'
import { pythonWithOpenEnv } from '../python.ts'

const SERVER = new URL('../../../bench/wire/kit/openenv_server.py', import.meta.url).pathname

let server: ChildProcess
let url: string

beforeAll(async () => {
  const python = await pythonWithOpenEnv()
  url = await deadUrl()
  server = spawn(python, [SERVER, 'endless-page', new URL(url).port])
}, 600_000)

afterAll(() => {
  server.kill('SIGKILL')
})

/** Once it listens. */
async function connected(): Promise<OpenEnvClient> {
  while (server.exitCode === null) {
    const client = await connectOpenEnv(url).catch(() => null)
    if (client) return client
    await setTimeout(200)
  }
  throw new Error('the OpenEnv server ended before it listened')
}

describe('the OpenEnv client with the server of the openenv package', () => {
  it('plays an episode, with a seed beyond 2^53, metadata, and errors that end nothing', async () => {
    const client = await connected()
    const start = await client.reset({ seed: '9223372036854775809', episode_id: 'e' })
    expect(start).toMatchObject({ observation: { text: expect.any(String) }, reward: 0, done: false })
    expect((await client.step('hello')).observation.text).toMatch(/^hellored/)
    expect((await client.step({ action: 'x' }, { evidence: { kind: 'token' } })).observation.text).toMatch(/^xred/)
    await expect(client.step({ nope: 1 })).rejects.toThrow(expect.objectContaining({ code: 'FRAME_INVALID' }))
    expect(await client.state()).toMatchObject({ episode_id: 'e', step_count: 2 })
    client.close()
  })
})
