import { describe, expect, it } from 'vitest'
import { defineRewardHook } from '../../core/reward/hook.ts'
import { connected, served, until } from '../support/server/client.ts'
import { NativeClient } from '../support/server/native-client.ts'
import { sized } from '../support/server/sized-world.ts'

/** Rewards that alone are more than a small frame may hold. */
const wordy = Array.from({ length: 40 }, (_, n) =>
  defineRewardHook({ name: `judge-${n}-${'x'.repeat(60)}`, version: 1, scope: 'turn', timeoutMs: 10, reward: () => 1 }),
)

const LIMITS = [1, 30, 60, 100, 150, 200, 300, 500, 800, 1200, 2000, 3000, 5000, 8000]

/** Failures that nobody handles, while something runs: vitest itself fails a test file for each that is left. */
async function unhandledIn(act: () => Promise<void>): Promise<readonly unknown[]> {
  const seen: unknown[] = []
  const listener = (error: unknown): void => void seen.push(error)
  const before = [process.listeners('unhandledRejection'), process.listeners('uncaughtException')] as const
  process.removeAllListeners('unhandledRejection').removeAllListeners('uncaughtException')
  process.on('unhandledRejection', listener).on('uncaughtException', listener)
  try {
    await act()
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.removeAllListeners('unhandledRejection').removeAllListeners('uncaughtException')
    for (const each of before[0]) process.on('unhandledRejection', each)
    for (const each of before[1]) process.on('uncaughtException', each)
  }
  return seen
}

const answered = (client: { readonly frames: readonly unknown[]; readonly closed: unknown }, count: number) =>
  until(() => client.frames.length >= count || client.closed !== null)

describe.each(LIMITS)('a limit of %i bytes a frame', (frameBytesOut) => {
  it('leaves no native request without an answer or a closed socket, and nothing is thrown', async () => {
    const thrown = await unhandledIn(async () => {
      const server = await served([sized], { limits: { frameBytesOut }, hooks: wordy })
      const client = new NativeClient(`${server.url}/ws`)
      await client.opened()
      for (const [at, frame] of [
        { type: 'reset', task: 'small' },
        { type: 'observe', episode: 'none' },
        { type: 'step', episode: 'e'.repeat(200), action: '1' },
        { type: 'vector.open', slots: [{ task: 'large' }] },
        { type: 'dance' },
      ].entries()) {
        if (client.closed === null) client.raw(JSON.stringify({ ...frame, id: `r${at}` }))
        await until(() => client.closed !== null || client.texts.some((text) => text.includes(`"r${at}"`)))
      }
      expect(server.host.counts.episodes).toBeLessThan(3)
    })
    expect(thrown).toEqual([])
  })

  it('leaves no plain request without an answer or a closed socket, and nothing is thrown', async () => {
    const thrown = await unhandledIn(async () => {
      const server = await served([sized], { limits: { frameBytesOut }, hooks: wordy })
      const client = await connected(server)
      for (const [at, frame] of [
        { type: 'reset', data: { task: 'small' } },
        { type: 'step', data: { action: '30000' } },
        { type: 'reset', data: { task: 'small' } },
        { type: 'step', data: { action: '30000!' } },
        { type: 'mcp', data: { id: 1 } },
        { type: 'state' },
        { type: 'x'.repeat(500) },
      ].entries()) {
        if (client.closed === null) client.send(frame)
        await answered(client, at + 1)
      }
    })
    expect(thrown).toEqual([])
  })
})

describe('a step whose rewards alone fit into no frame', () => {
  it('stands in its error without them', async () => {
    const server = await served([sized], { limits: { frameBytesOut: 4000 }, hooks: wordy })
    const client = new NativeClient(`${server.url}/ws`)
    const { episode } = await client.ask({ type: 'reset', task: 'small' })
    const id = client.send({ type: 'step', episode, action: '10' })
    const error = await client.replyTo(id)
    expect(error).toMatchObject({ code: 'FRAME_TOO_LARGE', step: { index: 0, reward: 1, ending: null } })
    expect(error).not.toHaveProperty('step.rewards')
  })
})
