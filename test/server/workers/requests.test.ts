import { beforeEach, describe, expect, it } from 'vitest'
import { homeOf } from '../../../server/workers/home.ts'
import { listenRouter } from '../../../server/workers/router.ts'
import { post } from '../../support/server/http.ts'
import { episodesOf, type Together, together } from './together.ts'

let gym: Together
beforeEach(async () => {
  gym = await together(3)
})

describe('requests over HTTP behind one address', () => {
  it('reach the server that has their episode, by any connection', async () => {
    const resets = [0, 1, 2, 3, 4, 5].map((seed) => post(gym, '/guess-number/reset', { seed }))
    const ids = (await Promise.all(resets)).map(({ body }) => body.episode_id)
    expect(episodesOf(gym)).toEqual([2, 2, 2])
    for (const episode_id of ids) {
      const step = await post(gym, '/guess-number/step', { episode_id, action: { action: '50' } })
      expect(step).toMatchObject({ status: 200, body: { done: false } })
      const state = await fetch(`${gym.url}/guess-number/state?episode_id=${episode_id}`)
      expect(await state.json()).toMatchObject({ episode_id, step_count: 1 })
      expect((await post(gym, '/guess-number/close', { episode_id })).status).toBe(200)
    }
    expect(episodesOf(gym)).toEqual([0, 0, 0])
  })

  it('keep the id that a client gives, and the members of a group together', async () => {
    const given = await post(gym, '/guess-number/reset', { episode_id: 'mine' })
    expect(given.body.episode_id).toBe('mine')
    expect(episodesOf(gym)[homeOf('mine', 3)]).toBe(1)
    for (let member = 0; member < 3; member++)
      expect((await post(gym, '/guess-number/reset', { group_id: 'g', group_size: 3, seed: 1 })).status).toBe(200)
    expect(episodesOf(gym)[homeOf('g', 3)]).toBeGreaterThanOrEqual(3)
  })

  it('have sessions of tools by their ids', async () => {
    const ask = async (method: string, params: unknown) => {
      const { body } = await post(gym, '/guess-number/mcp', { jsonrpc: '2.0', id: 1, method, params })
      return body.result
    }
    for (let each = 0; each < 4; each++) {
      const created = await ask('openenv/session/create', {})
      expect(created).toMatchObject({ session_id: expect.any(String) })
      expect(await ask('openenv/session/close', created)).toMatchObject({ closed: true })
    }
  })

  it('that cannot be read are answered by a server, and bodies that are too long at once', async () => {
    const send = (body: string) => fetch(`${gym.url}/guess-number/step`, { method: 'POST', body })
    expect((await send('{')).status).toBe(422)
    expect((await send(`"${'x'.repeat(5 * 2 ** 20)}"`)).status).toBe(413)
    expect((await fetch(`${gym.url}/none/schema`)).status).toBe(404)
    expect((await fetch(`${gym.url}/guess-number/schema`)).status).toBe(200)
  })

  it('are refused with 503 while their server is being replaced, and others are served', async () => {
    await post(gym, '/guess-number/reset', { episode_id: 'mine' })
    gym.lose(homeOf('mine', 3))
    const lost = await post(gym, '/guess-number/step', { episode_id: 'mine', action: { action: '1' } })
    expect(lost).toMatchObject({ status: 503, body: { error: { code: 'CAPACITY_REACHED' } } })
    for (let each = 0; each < 4; each++) expect((await post(gym, '/guess-number/reset', {})).status).toBe(200)
    expect((await fetch(`${gym.url}/health`)).status).toBe(200)
    expect((await fetch(`${gym.url}/ready`)).status).toBe(200)
    for (const worker of [0, 1, 2]) gym.lose(worker)
    expect((await fetch(`${gym.url}/ready`)).status).toBe(503)
  })

  it('have the metrics of all servers', async () => {
    for (let each = 0; each < 6; each++) await post(gym, '/guess-number/reset', {})
    expect(await (await fetch(`${gym.url}/metrics`)).text()).toMatch(/^stepgym_episodes 6$/m)
  })

  it('need the tokens that they need at one server', async () => {
    const tokens = [
      { role: 'trainer', token: 'trainer-token' },
      { role: 'agent', token: 'agent-token' },
    ] as const
    const guarded = await together(2, { tokens })
    expect((await fetch(`${guarded.url}/metrics`)).status).toBe(401)
    expect((await post(guarded, '/guess-number/reset', {}, 'agent-token')).status).toBe(200)
    const headers = { authorization: 'Bearer agent-token' }
    expect((await fetch(`${guarded.url}/metrics`, { headers })).status).toBe(403)
    await expect(listenRouter({ workers: [], host: '0.0.0.0' })).rejects.toThrow(/set tokens/)
  })
})
