import { describe, expect, it } from 'vitest'
import { connect } from '../../../agents/remote/gym.ts'
import { connected, quiet, served, until } from '../../support/server/client.ts'
import { NativeClient } from '../../support/server/native-client.ts'
import { FRAME_LIMIT, LARGE, LAST_LARGE, sized } from '../../support/server/sized-world.ts'

const serving = () => served([sized], { limits: FRAME_LIMIT })
const small = { task: 'small' } as const
const TOO_LARGE = { code: 'FRAME_TOO_LARGE' }

describe('a reply that is too large', () => {
  it('reports the step in its error and again in the next observation, to a plain client', async () => {
    const client = await connected(await serving())
    await client.reset(small)
    expect((await client.step(LARGE)).data).toMatchObject({ gym_code: 'FRAME_TOO_LARGE', superseded: [0] })
    expect((await client.ask({ type: 'state' })).data).toMatchObject({ step_count: 1, superseded: [0] })
    expect((await client.step(LARGE)).data).toMatchObject({ gym_code: 'FRAME_TOO_LARGE', superseded: [0, 1] })
    expect((await client.step('10')).data).toMatchObject({ step: 2, superseded: [0, 1] })
    expect((await client.step('10')).data).not.toHaveProperty('superseded')
  })

  it('loses no end: the error says it, and then an observation whose text was left out', async () => {
    const client = await connected(await serving())
    await client.reset(small)
    const ended = { superseded: [0], ending: 'terminated', ending_reason: null }
    expect((await client.step(LAST_LARGE)).data).toMatchObject({ gym_code: 'FRAME_TOO_LARGE', ...ended })
    expect((await client.ask({ type: 'state' })).data).toMatchObject(ended)
    expect((await client.ask({ type: 'mcp', data: { id: 1 } })).data).toMatchObject({ error: { data: ended } })
    const { data } = await client.step('10')
    expect(data).toMatchObject({ done: true, step: null, ...ended })
    expect(data.observation?.text).toContain('left out')
    expect((await client.step('10')).data.gym_code).toBe('EPISODE_ENDED')
  })

  it('to a reset leaves the new episode running, and says which it is', async () => {
    const client = await connected(await serving())
    await client.reset({ ...small, episode_id: 'first' })
    await client.step(LARGE)
    const reset = { episode_id: 'second', task: { id: 'large' } }
    const earlier = [{ episode_id: 'first', superseded: [0], ending: 'aborted', ending_reason: 'reset before its end' }]
    const refused = await client.reset({ task: 'large', episode_id: 'second' })
    expect(refused.data).toMatchObject({ gym_code: 'FRAME_TOO_LARGE', reset, earlier })
    expect((await client.step('10')).data).toMatchObject({ step: 0, reset, earlier })
    expect((await client.step('10')).data).not.toHaveProperty('earlier')
  })

  it('to a native step has its step in the error, and is the same when it is asked for again', async () => {
    const client = new NativeClient(`${(await serving()).url}/sized/ws`)
    const { episode } = await client.ask({ type: 'reset', ...small })
    for (let times = 0; times < 2; times++) {
      const id = client.send({ type: 'step', episode, index: 0, action: LARGE })
      const step = { episode, index: 0, reward: 1, observation: expect.stringContaining('left out'), ending: null }
      expect(await client.replyTo(id)).toMatchObject({ type: 'error', code: 'FRAME_TOO_LARGE', step })
    }
    expect(await client.ask({ type: 'step', episode, index: 1, action: '10' })).toMatchObject({ index: 1 })
    const id = client.send({ type: 'step', episode, action: LAST_LARGE })
    expect(await client.replyTo(id)).toMatchObject({ type: 'error', step: { ending: 'terminated', outcome: [] } })
    expect(client.events('ended')).toEqual([])
  })

  it('leaves client and server at one step, also for forks and restored episodes', async () => {
    const gym = await connect((await serving()).url)
    const episode = await gym.reset(small)
    const late = [episode.step(LARGE), episode.step('10'), episode.step(LARGE)]
    expect((await Promise.allSettled(late)).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected'])
    expect([episode.index, episode.ending]).toEqual([3, null])
    await expect(episode.observe()).rejects.toMatchObject(TOO_LARGE)
    await expect(episode.fork()).rejects.toMatchObject(TOO_LARGE)
    const { snapshot } = await episode.snapshot()
    await expect(gym.restore({ snapshot: snapshot ?? '' })).rejects.toMatchObject(TOO_LARGE)
    expect((await episode.step('10')).index).toBe(3)
    const [fork] = await episode.fork()
    expect([fork?.index, (await fork?.step('10'))?.index]).toEqual([4, 4])
    await expect(episode.step(LAST_LARGE)).rejects.toMatchObject(TOO_LARGE)
    expect([episode.index, episode.ending]).toEqual([5, 'terminated'])
    await gym.close()
  })

  it('starts nothing where it would say what was started', async () => {
    const server = await serving()
    const client = new NativeClient(`${server.url}/sized/ws`)
    await expect(client.ask({ type: 'reset', task: 'large' })).rejects.toThrow('FRAME_TOO_LARGE')
    await expect(client.ask({ type: 'group', size: 2, task: 'large' })).rejects.toThrow('FRAME_TOO_LARGE')
    await until(() => server.host.counts.episodes + server.host.counts.groups === 0)
    expect(await client.ask({ type: 'reset', ...small })).toMatchObject({ index: 0 })
  })

  it.each(['disabled', 'same-step'] as const)('is a row of a vector that says the turn (%s)', async (autoreset) => {
    const server = await serving()
    const gym = await connect(server.url)
    const vector = await gym.vector({ slots: [small, small], autoreset })
    const [one, two] = await vector.step([LARGE, '10'])
    expect(one).toMatchObject({ error: { code: 'FRAME_TOO_LARGE' }, step: { index: 0, reward: 1, ending: null } })
    expect(two).toMatchObject({ error: null, step: { index: 0 } })
    const [next] = await vector.step(['10', '10'])
    expect(next).toMatchObject({ error: null, step: { index: 1 } })
    const [last] = await vector.step([LAST_LARGE, '10'])
    expect(last).toMatchObject({ error: { code: 'FRAME_TOO_LARGE' }, step: { index: 2, ending: 'terminated' } })
    expect(last?.started === null).toBe(autoreset === 'disabled')
    const [reset] = await vector.reset({ slots: [0], starts: [{ task: 'large' }] })
    expect(reset).toMatchObject({ error: { code: 'FRAME_TOO_LARGE' }, started: { index: 0 } })
    const [after] = await vector.step(['10', '10'])
    expect(after).toMatchObject({ error: null, step: { index: 0, observation: 'é'.repeat(5) } })
    await gym.close()
    await quiet(server)
  })
})
