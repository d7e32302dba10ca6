import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { Environment } from '../../../core/episode/environment.ts'
import type { GymServer } from '../../../server/listen.ts'
import { served, until } from '../../support/server/client.ts'
import { post } from '../../support/server/http.ts'
import { recording } from '../../support/server/recording.ts'
import { echo, gated } from '../../support/server/worlds.ts'

const step = (server: GymServer, action: unknown) =>
  post(server, '/step', { episode_id: 'mine', action: action as object })
const stateOf = async (server: GymServer): Promise<unknown> =>
  (await fetch(`${server.url}/state?episode_id=mine`)).json()

/** An episode `mine` whose client has given up on a step: it cut its connection before the answer. */
async function abandoned(action: string) {
  const { environment, release } = gated()
  const server = await served([environment])
  await post(server, '/reset', { episode_id: 'mine' })
  const asked = request(`${server.url}/step`, { method: 'POST' })
  asked.on('error', () => {})
  asked.end(JSON.stringify({ episode_id: 'mine', action: { action } }))
  const episode = () => server.host.environmentHosts[0]?.episode('mine')
  await until(() => episode()?.runner.isStepping === true)
  asked.destroy()
  // Another request goes to and fro: the server has read by then that the connection is closed.
  for (let times = 0; times < 3; times++) await fetch(`${server.url}/health`)
  const left = episode()
  release(action)
  await until(() => left?.runner.isStepping === false)
  return { server, release }
}

/** Requests that are refused, with their codes. */
const WRONG = [
  ['no action', undefined, 'FRAME_INVALID'],
  ['fields beside the action', { action: 'x', other: 1 }, 'FRAME_INVALID'],
  ['invalid evidence', { action: 'x', metadata: { evidence: { kind: 'token' } } }, 'EVIDENCE_INVALID'],
] as const

describe('an error over HTTP after a step whose client gave up', () => {
  it.each(WRONG)('says so if a step has %s, and so does the next observation', async (_, action, code) => {
    const { server, release } = await abandoned('go')
    const refused = await step(server, action)
    expect(refused.body).toMatchObject({ error: { code }, superseded: [0] })
    expect(await stateOf(server)).toMatchObject({ superseded: [0], step_count: 1 })
    let isDone = false
    const again = step(server, { action: 'on' }).finally(() => {
      isDone = true
    })
    const releasing = until(() => {
      release('on')
      return isDone
    })
    expect((await again).body).toMatchObject({ step: 1, superseded: [0] })
    await releasing
  })

  it.each(WRONG)(
    'says its end if a step has %s, which is kept until an observation shows it',
    async (_, action, code) => {
      const { server } = await abandoned('stop')
      const ended = { superseded: [0], ending: 'terminated', ending_reason: null }
      for (let times = 0; times < 2; times++)
        expect((await step(server, action)).body).toMatchObject({ error: { code }, ...ended })
      expect(await stateOf(server)).toMatchObject(ended)
      expect((await step(server, { action: 'on' })).body).toMatchObject({ step: null, done: true, ...ended })
      expect((await step(server, { action: 'on' })).status).toBe(404)
    },
  )

  it('says it if close may not say how', async () => {
    const { server } = await abandoned('go')
    const refused = await post(server, '/close', { episode_id: 'mine', truncate: '' })
    expect(refused.body).toMatchObject({ error: { code: 'FRAME_INVALID' }, superseded: [0] })
    expect((await post(server, '/close', { episode_id: 'mine' })).body).toMatchObject({
      superseded: [0],
      ending: 'aborted',
    })
  })
})

describe('an error over HTTP of a step that ended its episode', () => {
  it('reports the end, and the episode is removed', async () => {
    const server = await served([echo])
    await post(server, '/reset', { episode_id: 'mine' })
    const failed = await step(server, { action: 'throw' })
    expect(failed.body).toMatchObject({ error: { code: 'ENV_FAILED' }, ending: 'aborted' })
    expect((await step(server, { action: 'on' })).status).toBe(404)
    expect([server.host.counts.episodes, server.connections]).toEqual([0, 0])
  })

  it('has no more fields if there is nothing to say', async () => {
    const { server } = await recording(echo as Environment)
    await post(server, '/reset', { episode_id: 'mine' })
    expect(Object.keys((await step(server, 'none')).body)).toEqual(['detail', 'error'])
  })
})
