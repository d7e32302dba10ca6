import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { defineEnvironment } from '../../core/episode/environment.ts'
import { quiet, served } from '../support/server/client.ts'
import { NativeClient } from '../support/server/native-client.ts'

/** Takes 1 ms of processor time for a reset and a step, as the web shop does. */
const slow = defineEnvironment({
  id: 'slow@1',
  maxSteps: 1000,
  action: (raw) => String(raw),
  tasks: () => ({
    train: Array.from({ length: 40 }, (_, at) => ({ id: `t${at}`, public: at, private: null })),
  }),
  reset: () => busy('begin'),
  step: ({ said }, action) => ({ state: busy(`${said} ${action}`.slice(-40)), reward: 0, terminated: false }),
  observe: { text: ({ said }) => said },
  examples: ['x'],
})

function busy(said: string): { readonly said: string } {
  for (const began = performance.now(); performance.now() - began < 1; );
  return { said }
}

const SIZE = 80
const SLOTS = Array.from({ length: SIZE }, () => ({}))

/** Every look at the clock takes 5 ms, so that a turn of the event loop has time for few parts on any machine. */
function slowClock(): void {
  let now = performance.now()
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 5))
  onTestFinished(() => clock.mockRestore())
}

/** A client whose request takes long, and one that asks for little in its midst. */
async function twoClients() {
  const server = await served([slow])
  const [greedy, modest] = [new NativeClient(`${server.url}/ws`), new NativeClient(`${server.url}/ws`)]
  const { episode } = await modest.ask({ type: 'reset' })
  const first = await greedy.ask({ type: 'reset' })
  return { server, greedy, modest, episode, own: first.episode }
}

describe('a request of many parts', () => {
  it.each([
    ['vector.open', { type: 'vector.open', slots: SLOTS }],
    ['group', { type: 'group', size: SIZE }],
    ['fork', { type: 'fork', count: SIZE }],
  ] as const)('%s: another client is answered before all parts are done', async (_, wish) => {
    const { greedy, modest, episode, own, server } = await twoClients()
    const request = wish.type === 'fork' ? { ...wish, episode: own } : wish
    slowClock()
    const id = greedy.send(request)
    await greedy.opened()
    await modest.ask({ type: 'step', episode, action: 'a' })
    const before = server.host.counts.episodes
    await greedy.replyTo(id)
    expect(before).toBeLessThan(server.host.counts.episodes)
    expect(server.host.counts.episodes).toBe(SIZE + 2)
  })

  it('is followed by what its client asks for later, in order, also of one of its episodes by its id', async () => {
    const { greedy } = await twoClients()
    const { vector, episode } = await greedy.ask({ type: 'vector.open', slots: SLOTS })
    const last = episode.at(-1) ?? ''
    const actions = SLOTS.map(() => 'one')
    const ids = [
      greedy.send({ type: 'vector.step', vector, actions }),
      greedy.send({ type: 'step', episode: last, action: 'two' }),
      greedy.send({ type: 'vector.step', vector, actions: SLOTS.map(() => 'three') }),
      greedy.send({ type: 'observe', episode: last }),
    ]
    const replies = await Promise.all(ids.map((each) => greedy.replyTo(each)))
    expect(replies[1]).toMatchObject({ type: 'step', observation: 'begin one two', index: 1 })
    expect(replies[3]).toMatchObject({ type: 'observe', observation: 'begin one two three', index: 3 })
    expect(replies.map(({ type }) => type)).toEqual(['vector.step', 'step', 'vector.step', 'observe'])
  })

  it('leaves nothing behind if its client leaves in its midst', async () => {
    const { greedy, modest, server, episode } = await twoClients()
    greedy.send({ type: 'vector.open', slots: SLOTS })
    greedy.send({ type: 'close' })
    await modest.ask({ type: 'step', episode, action: 'a' })
    await greedy.vanish()
    await modest.ask({ type: 'close' })
    await quiet(server)
    expect(server.host.counts.episodes).toBe(0)
  })

  it('is refused whole by its first member if it is too large', async () => {
    const { greedy, server } = await twoClients()
    await expect(greedy.ask({ type: 'group', size: 1_000_000_000 })).rejects.toThrow(/FRAME_INVALID|GROUP_INVALID/)
    expect(server.host.counts.episodes).toBe(2)
  })

  it('64 listings of tasks are answered, and another client in their midst', async () => {
    const { greedy, modest, episode } = await twoClients()
    const ids = Array.from({ length: 64 }, () => greedy.send({ type: 'tasks' }))
    await modest.ask({ type: 'step', episode, action: 'a' })
    for (const id of ids) expect(await greedy.replyTo(id)).toMatchObject({ type: 'tasks', total: 40 })
  })
})
