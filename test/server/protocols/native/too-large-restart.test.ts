import { describe, expect, it } from 'vitest'
import { readRun } from '../../../../records/reader.ts'
import { newFolder } from '../../../support/folder.ts'
import { NativeClient } from '../../../support/server/native-client.ts'
import { recording } from '../../../support/server/recording.ts'
import { FRAME_LIMIT, LARGE, LAST_LARGE, sized } from '../../../support/server/sized-world.ts'

const serving = (folder = newFolder()) => recording(sized, folder, [], FRAME_LIMIT)
const small = { task: 'small' } as const
const LEFT_OUT = expect.stringContaining('left out')

/** The same session over the same server, or over another that was started on what a kill left of it. */
async function resumed(before: Awaited<ReturnType<typeof serving>>, client: NativeClient, isKilled: boolean) {
  const { session } = await client.welcome()
  await client.vanish()
  const after = isKilled ? await serving(before.wreck()) : before
  const second = new NativeClient(after.url)
  return { second, folder: after.folder, reply: await second.ask({ type: 'resume', session, lastSeq: client.lastSeq }) }
}

const errorOf = async (client: NativeClient, request: Parameters<NativeClient['send']>[0]) =>
  client.replyTo(client.send(request))

describe.each([
  ['another socket', false],
  ['a restart', true],
])('a step whose reply is too large, over %s', (_, isKilled) => {
  it('is kept: it is repeated with the same result, and the episode continues after it', async () => {
    const before = await serving()
    const client = new NativeClient(before.url)
    const { episode } = await client.ask({ type: 'reset', ...small })
    const step = { type: 'step', episode, index: 0, action: LARGE } as const
    expect(await errorOf(client, step)).toMatchObject({ code: 'FRAME_TOO_LARGE', step: { index: 0 } })
    const { second, folder, reply } = await resumed(before, client, isKilled)
    expect(reply.episodes).toMatchObject([{ episode, index: 1, observation: LEFT_OUT, actions: null }])
    const again = { index: 0, reward: 1, observation: LEFT_OUT, ending: null }
    expect(await errorOf(second, step)).toMatchObject({ code: 'FRAME_TOO_LARGE', step: again })
    await expect(second.ask({ type: 'step', episode, index: 0, action: '10' })).rejects.toThrow('REQUEST_CONFLICT')
    expect(await second.ask({ type: 'step', episode, index: 1, action: '10' })).toMatchObject({ index: 1 })
    const steps = [...readRun(folder).trajectories()].map(({ trajectory }) => trajectory.steps.length)
    expect(steps).toEqual([2])
  })

  it('and was the last keeps its end', async () => {
    const before = await serving()
    const client = new NativeClient(before.url)
    const { episode } = await client.ask({ type: 'reset', ...small })
    const step = { type: 'step', episode, index: 0, action: LAST_LARGE } as const
    const ended = { code: 'FRAME_TOO_LARGE', step: { index: 0, ending: 'terminated' } }
    expect(await errorOf(client, step)).toMatchObject(ended)
    const { second, reply } = await resumed(before, client, isKilled)
    expect(reply.episodes).toEqual([])
    expect(await errorOf(second, step)).toMatchObject(ended)
    await expect(second.ask({ type: 'step', episode, index: 1, action: '10' })).rejects.toThrow('EPISODE_ENDED')
  })

  it('is the turn of its slot, which continues after it', async () => {
    const before = await serving()
    const client = new NativeClient(before.url)
    const { vector } = await client.ask({ type: 'vector.open', slots: [small, small] })
    const turn = { type: 'vector.step', vector, actions: [LARGE, '10'], turns: [0, 0] } as const
    const row = { index: [0, 0], error: [{ code: 'FRAME_TOO_LARGE' }, null], observation: [LEFT_OUT, 'ééééé'] }
    expect(await client.ask(turn)).toMatchObject(row)
    const { second, reply } = await resumed(before, client, isKilled)
    expect(reply.vectors).toMatchObject([{ vector, turn: [1, 1] }])
    expect(await second.ask(turn)).toMatchObject(row)
    expect(await second.ask({ ...turn, actions: ['10', '10'], turns: [1, 1] })).toMatchObject({ index: [1, 1] })
  })
})
