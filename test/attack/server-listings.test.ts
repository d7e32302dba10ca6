import { describe, expect, it } from 'vitest'
import { defineEnvironment } from '../../core/episode/environment.ts'
import { share } from '../support/long.ts'
import { served } from '../support/server/client.ts'
import { heldBytes } from '../support/server/heap.ts'
import { NativeClient, pause, until } from '../support/server/native-client.ts'

/** A thousand tasks, whose listing has 300 kB. */
const catalogue = defineEnvironment({
  id: 'catalogue@1',
  maxSteps: 1000,
  action: (raw) => String(raw),
  tasks: () => ({
    train: Array.from({ length: 1000 }, (_, at) => ({ id: `t${at}`, public: `${at} `.repeat(75), private: null })),
  }),
  reset: ({ task }) => ({ said: task.id }),
  step: (_, said) => ({ state: { said }, reward: 0, terminated: false }),
  observe: { text: ({ said }) => said },
  examples: ['x'],
})

const MEGABYTE = 2 ** 20
/** A quarter of the defaults, or less. */
const IN_ALL = share(16, 64) * MEGABYTE
const LIMITS = { storedBytes: 4 * MEGABYTE, storedBytesInAll: IN_ALL }
const [SESSIONS, LISTINGS] = [share(9, 36), 128]

describe(`${SESSIONS} sessions that send ${LISTINGS} listings each and read nothing`, () => {
  it('hold no more than storedBytesInAll, and another session is served meanwhile', async () => {
    const server = await served([catalogue], { limits: LIMITS })
    const good = new NativeClient(`${server.url}/ws`)
    const { episode } = await good.ask({ type: 'reset' })
    const before = await heldBytes()
    const greedy = Array.from({ length: SESSIONS }, () => new NativeClient(`${server.url}/ws`))
    for (const client of greedy) {
      await client.welcome()
      client.socket.pause()
      for (let n = 0; n < LISTINGS; n++) client.raw(`{"type": "tasks", "id": "t${n}"}`)
    }
    for (let n = 0; n < 20; n++) {
      await good.ask({ type: 'tasks', limit: 1 })
      expect(await good.ask({ type: 'step', episode, action: `${n}` })).toMatchObject({ observation: `${n}` })
    }
    // While sessions that are over the budget end, each may hold what is in its socket twice.
    expect((await heldBytes()) - before).toBeLessThan(IN_ALL + SESSIONS * 4 * MEGABYTE)
    // Each may hold bufferedBytes and a frame in its socket; all together storedBytesInAll.
    while ((await heldBytes()) - before >= IN_ALL + SESSIONS * 2 * MEGABYTE) await pause(10)
    for (const client of greedy) client.socket.terminate()
    await until(() => server.connections === 1)
  })
})
