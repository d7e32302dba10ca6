import { describe, expect, it } from 'vitest'
import type { GymServer } from '../../../server/listen.ts'
import { quiet, served } from '../../support/server/client.ts'
import { echo, mover } from '../../support/server/worlds.ts'

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

async function get(server: GymServer, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(server.url + path, init)
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}

const post = (server: GymServer, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  get(server, path, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) })

describe('the HTTP routes', () => {
  it('return health, names and metadata', async () => {
    const server = await served([echo, mover], { defaultName: 'echo' })
    expect((await get(server, '/health')).body).toEqual({ status: 'healthy' })
    expect((await get(server, '/mover/health')).body).toEqual({ status: 'healthy' })
    expect((await get(server, '/environments')).body).toEqual({
      environments: [
        { name: 'echo', ws: '/echo/ws', is_default: true },
        { name: 'mover', ws: '/mover/ws', is_default: false },
      ],
    })
    expect((await get(server, '/list_environments')).body).toEqual(['echo', 'mover'])
    expect((await get(server, '/metadata')).body).toMatchObject({
      name: 'echo',
      version: '1',
      description: 'says again what it is told',
    })
  })

  it('describe actions, with title and required', async () => {
    const server = await served([echo, mover])
    const { action } = (await get(server, '/echo/schema')).body
    expect(action).toMatchObject({ title: 'EchoAction', type: 'object', required: ['action'] })
    expect((await get(server, '/mover/schema')).body.action).toMatchObject({ title: 'Move', required: ['by'] })
    for (const name of ['echo', 'mover'])
      for (const schema of Object.values((await get(server, `/${name}/schema`)).body))
        expect(['Action', 'CallToolAction', 'ListToolsAction']).not.toContain((schema as { title: string }).title)
  })

  it('list tasks, their public parts only', async () => {
    const server = await served([echo])
    const page = await get(server, '/echo/tasks?split=train&offset=0&limit=1')
    expect(page.body).toEqual({
      split: 'train',
      splits: ['train', 'test'],
      total: 2,
      offset: 0,
      tasks: [{ id: 'one', split: 'train', public: { hint: 1 } }],
    })
    expect((await get(server, '/tasks?offset=1')).body.tasks).toEqual([{ id: 'two', split: 'train', public: null }])
    expect((await get(server, '/tasks?offset=9')).body.tasks).toEqual([])
    expect((await get(server, '/tasks?split=none')).status).toBe(404)
    expect((await get(server, '/tasks?limit=-1')).status).toBe(422)
  })

  it("answer OpenEnv's task API", async () => {
    const server = await served([echo])
    expect((await get(server, '/echo/splits')).body).toEqual([
      { name: 'train', type: 'train' },
      { name: 'test', type: 'test' },
    ])
    expect((await post(server, '/echo/num_tasks', { split: 'train' })).body).toEqual({ num_tasks: 2 })
    expect((await post(server, '/echo/task', { split: 'test', index: 0 })).body).toEqual({
      task: { id: 'three', split: 'test', public: null },
      env_name: 'echo',
    })
    expect((await post(server, '/echo/task_range', { split: 'train', start: 1, stop: 5 })).body.tasks).toHaveLength(1)
    expect((await post(server, '/echo/tasks', { split: 'train' })).body).toMatchObject({ env_name: 'echo' })
  })

  it('play an episode by its id, and let it go at its end', async () => {
    const server = await served([echo])
    const started = await post(server, '/reset', { seed: 1, episode_id: 'web' })
    expect(started.body).toMatchObject({ episode_id: 'web', done: false })
    const stepped = await post(server, '/echo/step', { episode_id: 'web', action: { action: 'hey' } })
    expect(stepped.body).toMatchObject({ observation: { text: 'hey' }, reward: 3, done: false })
    expect((await get(server, '/state?episode_id=web')).body).toMatchObject({ episode_id: 'web', step_count: 1 })
    expect((await get(server, '/state')).body).toEqual({ episode_id: null, step_count: 0 })
    expect((await post(server, '/reset', { episode_id: 'web' })).status).toBe(409)
    await post(server, '/step', { episode_id: 'web', action: { action: 'stop' } })
    expect((await post(server, '/step', { episode_id: 'web', action: { action: 'on' } })).status).toBe(404)
    await quiet(server)
  })

  it('evict idle episodes', async () => {
    const server = await served([echo], { limits: { idleMs: 40 } })
    const endings: unknown[] = []
    server.host.listen({ episodeEnded: ({ trajectory }) => endings.push(trajectory.endingReason) })
    await post(server, '/reset', {})
    await quiet(server)
    expect(endings).toEqual(['idle'])
  })

  it.each([
    ['/step', '{"episode_id":"x","action":{}}', 404],
    ['/step', '{}', 422],
    ['/reset', '{"seed":-1}', 422],
    ['/reset', '{"seed":1.5}', 422],
    ['/reset', '{"seed":true}', 422],
    ['/reset', '[]', 422],
    ['/reset', '{"seed"', 422],
    ['/reset', '{"index":1}', 422],
    ['/reset', '{"split":"train","index":2}', 404],
    ['/reset', `{"episode_id":"${'x'.repeat(256)}"}`, 422],
    ['/dance', '{}', 404],
    ['/echo/a/reset', '{}', 404],
    ['/nowhere/reset', '{}', 404],
    ['/__proto__/reset', '{}', 404],
    ['/%ff/reset', '{}', 422],
  ])('refuse POST %s %s with %i', async (path, body, status) => {
    const server = await served([echo])
    const answer = await post(server, path, body)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ detail: expect.any(String), error: { code: expect.any(String) } })
    expect(server.host.counts.episodes).toBe(0)
  })

  it('refuse bodies that are too long, or no UTF-8', async () => {
    const server = await served([echo], { limits: { frameBytesIn: 1000 } })
    expect((await post(server, '/reset', 'x'.repeat(1001))).status).toBe(413)
    const latin = await fetch(`${server.url}/reset`, { method: 'POST', body: Buffer.from([0x22, 0xe9, 0x22]) })
    expect(latin.status).toBe(422)
    expect((await get(server, '/health')).status).toBe(200)
  })
})
