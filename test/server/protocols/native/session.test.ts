import { describe, expect, it } from 'vitest'
import { dice } from '../../../support/core-worlds.ts'
import { quiet, served } from '../../../support/server/client.ts'
import { NativeClient, until } from '../../../support/server/native-client.ts'
import { canaryHooks, late, snapshotStore, TOKENS } from '../../../support/server/native-worlds.ts'
import { echo, gated, sleepy } from '../../../support/server/worlds.ts'

describe('a session of the native dialect', () => {
  it('plays an episode, with rewards as they come', async () => {
    const server = await served([dice], { hooks: [late] })
    const client = new NativeClient(`${server.url}/dice/ws`)
    expect(await client.welcome()).toMatchObject({
      protocol: 'stepgym.v1',
      role: 'trainer',
      environment: { id: 'dice@1', maxSteps: 6, fork: 'value', views: ['text', 'html'], splits: ['train', 'test'] },
    })
    const start = await client.ask({ type: 'reset', seed: 7, task: 'a' })
    expect(start).toMatchObject({ index: 0, task: { id: 'a', split: 'train', public: null }, seed: 7, ending: null })
    const step = await client.ask({ type: 'step', episode: start.episode, action: '2', index: 0 })
    expect(step).toMatchObject({ index: 0, reward: 2, terminated: false, isActionValid: true, ending: null })
    expect(step.rewards).toMatchObject([{ name: 'env', value: 2 }])
    const { rewards } = await client.event('rewards')
    expect(rewards).toMatchObject([{ episode: start.episode, step: 0, reward: { name: 'late', value: 0 } }])
  })

  it('keeps the order within an episode, and lets others continue meanwhile', async () => {
    const { environment, release } = gated()
    const server = await served([environment])
    const client = new NativeClient(`${server.url}/gated/ws`)
    const { episode: slow } = await client.ask({ type: 'reset' })
    const { episode: quick } = await client.ask({ type: 'reset' })
    for (const action of ['one', 'two']) client.send({ type: 'step', episode: slow, action }, action)
    client.send({ type: 'step', episode: quick, action: 'three' }, 'three')
    const repliesOf = (...ids: readonly string[]): number =>
      client.frames.filter((frame) => 'id' in frame && ids.includes(String(frame.id))).length
    await until(() => {
      release('three')
      return repliesOf('three') === 1
    })
    expect(repliesOf('one', 'two')).toBe(0)
    await until(() => {
      release('two')
      release('one')
      return repliesOf('one', 'two') === 2
    })
    const order = client.frames.flatMap((frame) => ('id' in frame && typeof frame.id === 'string' ? [frame.id] : []))
    expect(order).toEqual(['three', 'one', 'two'])
  })

  it('answers each of many pipelined requests once, each with what it asked for', async () => {
    const server = await served([echo], { limits: { maxInFlight: 8, storedReplies: 8 } })
    const client = new NativeClient(`${server.url}/echo/ws`)
    const { episode } = await client.ask({ type: 'reset' })
    for (let n = 0; n < 500; n++) client.send({ type: 'step', episode, action: `say ${n}` }, `s${n}`)
    await until(() => client.frames.length >= 502)
    const said = client.frames.flatMap((frame) =>
      frame.type === 'step' ? [[frame.id, frame.observation, frame.seq]] : [],
    )
    expect(said).toEqual(Array.from({ length: 500 }, (_, n) => [`s${n}`, `say ${n}`, n + 2]))
  })

  it('continues after bad requests, with a code for each', async () => {
    const server = await served([echo])
    const client = new NativeClient(`${server.url}/echo/ws`)
    const { episode } = await client.ask({ type: 'reset', index: 0, split: 'test' })
    const wrong: readonly (readonly [string, string])[] = [
      ['{', 'FRAME_INVALID'],
      ['[]', 'FRAME_INVALID'],
      ['"step"', 'FRAME_INVALID'],
      [`${'['.repeat(200)}${']'.repeat(200)}`, 'FRAME_INVALID'],
      ['{"type":"step","id":"a","episode":"nobody","action":1}', 'EPISODE_UNKNOWN'],
      ['{"type":"fly","id":"b"}', 'FRAME_UNKNOWN'],
      ['{"type":"reset","id":"c","seed":1e30}', 'SEED_INVALID'],
      ['{"type":"reset","id":"d","task":"nothing"}', 'TASK_UNKNOWN'],
      [`{"type":"observe","id":"e","episode":"${episode}","view":"toString"}`, 'FRAME_INVALID'],
      [`{"type":"step","id":"f","episode":"${episode}","action":"x","evidence":{"kind":"guess"}}`, 'EVIDENCE_INVALID'],
      [`{"type":"step","id":"g","episode":"${episode}","action":"x","index":4}`, 'REQUEST_CONFLICT'],
      ['{"type":"restore","id":"h","snapshot":"none"}', 'SNAPSHOT_UNKNOWN'],
      ['{"type":"restore","id":"i","sealed":"AAAA"}', 'SNAPSHOT_FOREIGN'],
      ['{"type":"resume","id":"j","session":"x","lastSeq":0}', 'FRAME_INVALID'],
    ]
    const before = client.frames.length
    for (const [text] of wrong) client.raw(text)
    client.raw(Buffer.from([1, 2, 3]))
    await until(() => client.frames.length === before + wrong.length + 1)
    const codes = client.frames.slice(before).map((frame) => (frame.type === 'error' ? frame.code : frame.type))
    expect(codes).toEqual([...wrong.map(([, code]) => code), 'FRAME_INVALID'])
    expect((await client.ask({ type: 'step', episode, action: 'still here' })).observation).toBe('still here')
  })

  it('takes NaN as an action that cannot be read, as Python sends it', async () => {
    const server = await served([dice])
    const client = new NativeClient(`${server.url}/dice/ws`)
    const { episode } = await client.ask({ type: 'reset' })
    client.raw(`{"type":"step","id":"nan","episode":"${episode}","action":[NaN]}`)
    expect(await client.replyTo('nan')).toMatchObject({ type: 'step', isActionValid: false })
  })

  it('reports an end without a step, and refuses what comes after', async () => {
    const server = await served([sleepy], { limits: { episodeMs: 60 } })
    const client = new NativeClient(`${server.url}/sleepy/ws`)
    const { episode } = await client.ask({ type: 'reset' })
    expect(await client.event('ended')).toMatchObject({
      episode,
      index: 0,
      ending: 'truncated',
      endingReason: 'episodeMs',
    })
    await expect(client.ask({ type: 'step', episode, action: 'x' })).rejects.toThrow('EPISODE_ENDED')
  })

  it('reports an end that its client asked for', async () => {
    const server = await served([sleepy])
    const client = new NativeClient(`${server.url}/sleepy/ws`)
    const { episode } = await client.ask({ type: 'reset' })
    await client.ask({ type: 'close', episode })
    expect(await client.event('ended')).toMatchObject({ episode, ending: 'aborted' })
  })

  it('reports an end once if its own step caused it', async () => {
    const server = await served([echo])
    const client = new NativeClient(`${server.url}/echo/ws`)
    const { episode } = await client.ask({ type: 'reset' })
    const last = await client.ask({ type: 'step', episode, action: 'stop', index: 0 })
    expect(last).toMatchObject({ terminated: true, ending: 'terminated', outcome: [], actions: null })
    const again = await client.ask({ type: 'step', episode, action: 'stop', index: 0 })
    expect({ ...again, id: 0, seq: 0 }).toEqual({ ...last, id: 0, seq: 0 })
    expect(client.events('ended')).toEqual([])
  })

  it('shows the episode that ended last, knows of those before it that they ended, and forgets the rest', async () => {
    const server = await served([echo])
    const client = new NativeClient(`${server.url}/echo/ws`)
    const episodes: string[] = []
    for (let number = 0; number < 18; number++) {
      const { episode } = await client.ask({ type: 'reset' })
      episodes.push(episode)
      await client.ask({ type: 'step', episode, action: 'on', index: 0 })
      if (number === 15) await client.ask({ type: 'close', episode })
      else await client.ask({ type: 'step', episode, action: 'stop', index: 1 })
    }
    const [gone = '', , oldest = ''] = episodes
    const [aborted = '', before = '', last = ''] = episodes.slice(-3)
    const again = { type: 'step', action: 'on', index: 0 } as const
    expect(await client.ask({ type: 'observe', episode: last })).toMatchObject({ ending: 'terminated', index: 2 })
    expect(await client.ask({ ...again, episode: last })).toMatchObject({ observation: 'on', index: 0 })
    for (const episode of [oldest, before]) {
      await expect(client.ask({ type: 'observe', episode })).rejects.toThrow('EPISODE_ENDED')
      await expect(client.ask({ ...again, episode })).rejects.toThrow('REQUEST_CONFLICT')
      await expect(client.ask({ ...again, index: 2, episode })).rejects.toThrow('EPISODE_ENDED')
    }
    await expect(client.ask({ type: 'step', episode: aborted, action: 'x' })).rejects.toThrow('EPISODE_ABORTED')
    await expect(client.ask({ type: 'observe', episode: gone })).rejects.toThrow('EPISODE_UNKNOWN')
  })

  it('reports a broken environment as an error, and then the end', async () => {
    const server = await served([echo])
    const client = new NativeClient(`${server.url}/echo/ws`)
    const { episode } = await client.ask({ type: 'reset' })
    await expect(client.ask({ type: 'step', episode, action: 'throw' })).rejects.toThrow(
      /^ENV_FAILED: step 0: the environment threw \(reference/,
    )
    expect(await client.event('ended')).toMatchObject({ episode, ending: 'aborted' })
  })

  it('lists tasks page by page, and shows views of an episode', async () => {
    const server = await served([dice])
    const client = new NativeClient(`${server.url}/dice/ws`)
    const page = await client.ask({ type: 'tasks', split: 'test', limit: 5 })
    expect(page).toMatchObject({ split: 'test', total: 1, tasks: [{ id: 'b', split: 'test', public: null }] })
    const { episode, observation } = await client.ask({ type: 'reset', seed: 1 })
    const html = await client.ask({ type: 'observe', episode, view: 'html' })
    expect(html.observation).toBe(`<b>${observation.trim()}</b>`)
    expect(html.state).toEqual({ total: Number(observation) })
    expect((await client.ask({ type: 'observe', episode })).observation).toBe(observation)
  })

  it('ends when its client says so, and leaves nothing behind', async () => {
    const server = await served([echo])
    const client = new NativeClient(`${server.url}/echo/ws`)
    await client.ask({ type: 'reset' })
    await client.ask({ type: 'close' })
    await quiet(server)
    expect(client.closed).toMatchObject({ status: 1000 })
  })

  it('waits for its turn if the server is full', async () => {
    const server = await served([echo], { limits: { sessions: 1 } })
    const first = new NativeClient(`${server.url}/echo/ws`)
    await first.ask({ type: 'reset' })
    const second = new NativeClient(`${server.url}/echo/ws`)
    await second.opened()
    const id = second.send({ type: 'reset' })
    await until(() => server.host.counts.waiting === 1)
    await first.ask({ type: 'close' })
    expect(await second.replyTo(id)).toMatchObject({ type: 'reset' })
  })

  it('waits no longer than waitMs', async () => {
    const server = await served([echo], { limits: { sessions: 1, waitMs: 50 } })
    const first = new NativeClient(`${server.url}/echo/ws`)
    await first.ask({ type: 'reset' })
    const second = new NativeClient(`${server.url}/echo/ws`)
    await expect(second.ask({ type: 'reset' })).rejects.toThrow('CAPACITY_REACHED')
  })

  it('refuses an environment that is not served', async () => {
    const server = await served([echo])
    const client = new NativeClient(`${server.url}/nothing/ws`)
    expect(await client.replyTo(null)).toMatchObject({ code: 'ENV_UNKNOWN' })
    await until(() => client.closed !== null)
    expect(client.closed).toMatchObject({ status: 1008 })
  })
})

describe('roles', () => {
  const connect = async (url: string, role: keyof typeof TOKENS): Promise<NativeClient> => {
    const client = new NativeClient(`${url}/vault/ws`, TOKENS[role])
    expect((await client.welcome()).role).toBe(role)
    return client
  }
  const tokens = Object.entries(TOKENS).map(([role, token]) => ({ role: role as keyof typeof TOKENS, token }))

  it('say who may ask for what', async () => {
    const server = await served([snapshotStore], { tokens })
    const agent = await connect(server.url, 'agent')
    const { episode } = await agent.ask({ type: 'reset' })
    const forbidden = ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']
    const requests = [
      { type: 'snapshot', episode },
      { type: 'fork', episode },
      { type: 'restore', snapshot: 'x' },
      { type: 'group', size: 2 },
      { type: 'subscribe', events: ['rewards'] },
      { type: 'reset', group: { id: 'g', size: 2 } },
      { type: 'tasks', split: 'test' },
    ] as const
    const ids = requests.map((request) => agent.send(request))
    const replies = await Promise.all(ids.map((id) => agent.replyTo(id)))
    expect(replies.map((reply) => (reply.type === 'error' ? reply.code : reply.type))).toEqual(forbidden)
    const observer = await connect(server.url, 'observer')
    await expect(observer.ask({ type: 'reset' })).rejects.toThrow('FORBIDDEN')
    await expect(observer.ask({ type: 'step', episode, action: 'x' })).rejects.toThrow('FORBIDDEN')
    expect(await observer.ask({ type: 'observe', episode })).toMatchObject({ episode })
    const other = await connect(server.url, 'agent')
    await expect(other.ask({ type: 'observe', episode })).rejects.toThrow('EPISODE_UNKNOWN')
    await expect(other.ask({ type: 'step', episode, action: 'x' })).rejects.toThrow('EPISODE_UNKNOWN')
  })

  it('keep secrets and rewards from agents, in every frame', async () => {
    const server = await served([snapshotStore], { tokens, hooks: canaryHooks, agentSplits: ['train', 'test'] })
    const agent = await connect(server.url, 'agent')
    const observer = await connect(server.url, 'observer')
    await observer.ask({ type: 'subscribe', events: ['rewards', 'ended'] })
    await agent.ask({ type: 'tasks' })
    for (let round = 0; round < 3; round++) {
      const { episode } = await agent.ask({ type: 'reset', index: 0, split: 'test' })
      await agent.ask({ type: 'step', episode, action: 'look' })
      await agent.ask({ type: 'observe', episode, view: 'html' })
      await agent.ask({ type: 'step', episode, action: 7 })
      if (round === 2) await agent.ask({ type: 'close', episode })
      else await agent.ask({ type: 'step', episode, action: 'break' })
    }
    await agent.event('ended')
    const seen = await observer.event('rewards')
    expect(JSON.stringify(seen)).toContain('canary-process')
    await observer.event('ended')
    for (const text of agent.texts) expect(text).not.toMatch(/zqcanaryqz|canary-|"rewards"|"outcome"/)
    for (const text of observer.texts) expect(text).not.toContain('zqcanaryqz')
    expect(agent.texts.length).toBeGreaterThan(15)
  })

  it('are distinguished by the token alone', async () => {
    const server = await served([snapshotStore], { tokens })
    const stranger = new NativeClient(`${server.url}/vault/ws`, 'a-wrong-token')
    await until(() => stranger.closed !== null)
    expect(stranger.frames).toEqual([])
  })
})
