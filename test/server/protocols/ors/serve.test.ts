import { describe, expect, it } from 'vitest'
import type { Trajectory } from '../../../../core/data/types.ts'
import { defineRewardHook } from '../../../../core/reward/hook.ts'
import guessNumber from '../../../../envs/guess-number.ts'
import bfcl from '../../../../envs/tools/bfcl/index.ts'
import retail from '../../../../envs/tools/retail/index.ts'
import type { GymServer } from '../../../../server/listen.ts'
import { pass, stopClock } from '../../../support/clock.ts'
import { quiet, served, until } from '../../../support/server/client.ts'
import { eventsOf, OrsClient } from '../../../support/server/ors-client.ts'
import { echo, gated } from '../../../support/server/worlds.ts'

/** Episodes of a server as they end. */
function endedIn(server: GymServer): Trajectory[] {
  const ended: Trajectory[] = []
  server.host.listen({ episodeEnded: ({ trajectory }) => void ended.push(trajectory) })
  return ended
}

const ACTION = { action: 'hello' }
const FIRST = { split: 'train', index: 0 }

describe('an environment, served by the Open Reward Standard,', () => {
  it('has splits, tasks and tools without a session', async () => {
    const server = await served([retail, echo])
    const client = new OrsClient(server)
    expect(await client.json('GET', '/list_environments')).toMatchObject({ body: ['tools-retail', 'echo'] })
    expect(await client.json('GET', '/echo/splits')).toMatchObject({
      body: [
        { name: 'train', type: 'train' },
        { name: 'test', type: 'test' },
      ],
    })
    expect(await client.json('POST', '/echo/num_tasks', { split: 'train' })).toMatchObject({ body: { num_tasks: 2 } })
    expect(await client.json('POST', '/echo/task', { split: 'test', index: 0 })).toMatchObject({
      body: { task: { id: 'three', split: 'test' }, env_name: 'echo' },
    })
    const { body } = await client.json('GET', '/tools-retail/tools')
    expect(body).toMatchObject({ terminal_tool: null, supports_score_group: false, message_block_types: ['text'] })
    expect((body as { tools: readonly unknown[] }).tools).toHaveLength(17)
    expect(await client.json('GET', '/echo/tools')).toMatchObject({
      body: { tools: [{ name: 'act', input_schema: { type: 'object', required: ['action'] } }] },
    })
  })

  it('is named by its address, by X-Deployment, or by what creates a session', async () => {
    const server = await served([retail, echo])
    const client = new OrsClient(server)
    expect(await client.json('GET', '/splits')).toMatchObject({ status: 404, body: { error: { code: 'ENV_UNKNOWN' } } })
    for (const name of ['tools-retail', 'tools/retail'])
      expect(await new OrsClient(server, { 'x-deployment': name }).json('GET', '/tools')).toMatchObject({
        body: { tools: expect.arrayContaining([expect.objectContaining({ name: 'get_user_details' })]) },
      })
    const session = await client.open({ ...FIRST, env_name: 'echo' })
    expect((await session.call('act', ACTION)).output?.blocks).toMatchObject([{ text: 'hello' }])
    expect(await session.json('GET', '/echo/prompt')).toMatchObject({ status: 200 })
    expect(await session.json('GET', '/tools-retail/prompt')).toMatchObject({
      body: { error: { code: 'SESSION_UNKNOWN' } },
    })
  })

  it('is played as any other: each result has its reward, and the facts of its step', async () => {
    const double = defineRewardHook({
      name: 'double',
      version: 1,
      scope: 'turn',
      reward: () => 2,
    })
    const server = await served([echo], { hooks: [double] })
    const ended = endedIn(server)
    const session = await new OrsClient(server).open({
      task_spec: { id: 'two', split: 'train', public: null, seed: 7, max_steps: 9 },
    })
    const [prompt] = (await session.json('GET', '/prompt')).body as readonly { text: string; detail: object }[]
    expect(prompt?.text).toMatch(/says again what it is told\n\ntwo \d+/)
    expect(prompt?.detail).toMatchObject({ task: { id: 'two' }, seed: 7, max_steps: 9 })
    expect((await session.json('GET', '/messages')).body).toEqual([{ role: 'user', blocks: [prompt], detail: null }])
    expect(await session.json('GET', '/task_tools')).toMatchObject({ body: { tools: [{ name: 'act' }] } })
    expect((await session.call('act', ACTION)).output).toMatchObject({
      blocks: [{ text: 'hello', type: 'text' }],
      reward: 5,
      finished: false,
      metadata: { step: 0, is_action_valid: true, info: { length: 5 }, rewards: [{ name: 'env' }, { name: 'double' }] },
    })
    expect((await session.call('act', { action: 'stop' })).output).toMatchObject({
      reward: 4,
      finished: true,
      metadata: { done: true, truncated: false, ending: 'terminated', outcome: [] },
    })
    expect(await session.call('act', ACTION)).toMatchObject({ ok: false, reason: 'episode_finished' })
    await session.json('POST', '/delete')
    expect(ended.map(({ ending, steps, seed }) => [ending, seed, steps.map(({ action }) => action)])).toEqual([
      ['terminated', 7, ['hello', 'stop']],
    ])
    await quiet(server)
  })

  it('shows its admissible actions, and refuses a tool that it has not', async () => {
    const server = await served([guessNumber])
    const session = await new OrsClient(server).open(FIRST)
    expect(await session.call('guess', { action: '50' })).toMatchObject({
      ok: false,
      reason: 'not_found',
      error: expect.stringContaining('act'),
    })
    for (const odd of [[], 'x', 1])
      expect(await session.call('act', odd)).toMatchObject({ ok: false, reason: 'input_validation' })
    expect((await session.call('act', { action: '50' })).output?.metadata).toMatchObject({ step: 0 })
  })

  it('with tools takes any call as a step, as its rules say', async () => {
    const server = await served([retail])
    const session = await new OrsClient(server).open(FIRST)
    const found = await session.call('get_user_details', { user_id: 'nobody' })
    expect(found.output).toMatchObject({ blocks: [{ text: 'Error: user not found' }], metadata: { step: 0 } })
    expect((await session.call('no_such_tool', {})).output?.metadata).toMatchObject({ step: 1, is_action_valid: false })
  })

  it('whose tools depend on the task lists them in a session alone', async () => {
    const server = await served([bfcl])
    const client = new OrsClient(server)
    expect(await client.json('GET', '/tools')).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('/task_tools') },
    })
    const session = await client.open(FIRST)
    expect(await session.json('GET', '/task_tools')).toMatchObject({ body: { tools: expect.any(Array) } })
  })

  it('shows rewards of hooks and seeds to trainers alone, by the token in X-API-Key', async () => {
    const tokens = [
      { role: 'agent', token: 'agents-token' },
      { role: 'trainer', token: 'trainers-token' },
      { role: 'observer', token: 'observers-token' },
    ] as const
    const server = await served([echo], { tokens })
    const shown = async (key: string): Promise<string> => {
      const session = await new OrsClient(server, { 'x-api-key': key }).open({ task_spec: { id: 'one', seed: 5 } })
      const { body } = await session.json('GET', '/prompt')
      return JSON.stringify([body, await session.call('act', ACTION)])
    }
    expect(await shown('agents-token')).not.toMatch(/"rewards"|seed/)
    expect(await shown('trainers-token')).toMatch(/"seed":5.*"rewards"/)
    for (const [headers, code] of [
      [{}, 'UNAUTHORIZED'],
      [{ 'x-api-key': 'not-a-token' }, 'UNAUTHORIZED'],
      [{ 'x-api-key': 'observers-token' }, 'FORBIDDEN'],
    ] as const)
      expect(await new OrsClient(server, headers).json('POST', '/create_session')).toMatchObject({
        body: { error: { code } },
      })
  })
})

describe('a session of the Open Reward Standard', () => {
  it.each([
    ['an unknown split', { split: 'none', index: 0 }, 404, 'TASK_UNKNOWN'],
    ['an index beyond the tasks', { split: 'train', index: 99 }, 404, 'TASK_UNKNOWN'],
    ['an unknown task', { task_spec: { id: 'none' } }, 404, 'TASK_UNKNOWN'],
    ['an unknown environment', { env_name: 'none', split: 'train', index: 0 }, 404, 'ENV_UNKNOWN'],
    ['a seed below 0', { task_spec: { id: 'one', seed: -1 } }, 422, 'SEED_INVALID'],
    ['a split without an index', { split: 'train' }, 422, 'FRAME_INVALID'],
    ['two tasks', { ...FIRST, task_spec: { id: 'one' } }, 422, 'FRAME_INVALID'],
    ['no task', {}, 422, 'FRAME_INVALID'],
    ['a task that is no object', { task_spec: ['one'] }, 422, 'FRAME_INVALID'],
    ['a toolset', { ...FIRST, toolset_name: 'codex' }, 422, 'FRAME_INVALID'],
  ])('is not created for %s, and can be created then', async (_, creation, status, code) => {
    const server = await served([echo])
    const session = new OrsClient(server).session('mine')
    expect(await session.json('POST', '/create', creation)).toMatchObject({ status, body: { error: { code } } })
    expect(server.connections).toBe(0)
    expect(await session.json('POST', '/create', FIRST)).toEqual({ status: 200, body: { sid: 'mine' } })
  })

  it('is created once, however often its client asks', async () => {
    const server = await served([echo])
    const started: string[] = []
    server.host.listen({ episodeStarted: ({ id }) => void started.push(id) })
    const session = new OrsClient(server).session('mine')
    const asked = [FIRST, FIRST, FIRST].map((creation) => session.json('POST', '/create', creation))
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 200])
    expect(started).toHaveLength(1)
    expect(await session.json('POST', '/create', { split: 'train', index: 1 })).toMatchObject({ status: 409 })
  })

  it('is unknown to other tokens, which may have one of the same id', async () => {
    const tokens = ['first-token', 'other-token'].map((token) => ({ role: 'trainer' as const, token }))
    const server = await served([echo], { tokens })
    const [one, other] = tokens.map(({ token }) => new OrsClient(server, { 'x-api-key': token }).session('mine'))
    if (!one || !other) throw new Error('there are two')
    await one.json('POST', '/create', FIRST)
    for (const [method, path] of [
      ['POST', '/ping'],
      ['GET', '/prompt'],
      ['POST', '/call'],
    ] as const)
      expect(await other.json(method, path, { name: 'act', input: ACTION })).toMatchObject({ status: 404 })
    await other.json('POST', '/delete')
    expect(await other.json('POST', '/create', { split: 'test', index: 0 })).toMatchObject({ status: 200 })
    expect((await one.call('act', ACTION)).output?.metadata).toMatchObject({ step: 0 })
  })

  it('that is deleted, or pinged no more, aborts its episode', async () => {
    stopClock('idleness')
    const server = await served([echo], { limits: { idleMs: 60_000 } })
    const ended = endedIn(server)
    const [kept, left] = [await new OrsClient(server).open(FIRST), await new OrsClient(server).open(FIRST)]
    await pass(40_000)
    expect(await kept.json('POST', '/ping')).toEqual({ status: 200, body: { status: 'ok' } })
    await pass(40_000)
    expect(await left.json('POST', '/ping')).toMatchObject({
      status: 404,
      body: { error: { code: 'SESSION_UNKNOWN' } },
    })
    await kept.json('POST', '/delete')
    await kept.json('POST', '/delete_session')
    expect(ended.map(({ ending, endingReason }) => [ending, endingReason])).toEqual([
      ['aborted', 'idle'],
      ['aborted', 'deleted by its client'],
    ])
    await quiet(server)
  })

  it('whose episode reaches its deadline says so once, and refuses the calls after', async () => {
    const server = await served([echo])
    const session = await new OrsClient(server).open({ task_spec: { id: 'one', episode_id: 'late' } })
    await session.call('act', ACTION)
    server.host.environmentHosts[0]?.episode('late')?.interrupt('truncated', 'episodeMs')
    expect((await session.call('act', ACTION)).output).toMatchObject({
      finished: true,
      reward: null,
      metadata: { step: null, truncated: true, ending_reason: 'episodeMs' },
    })
    await until(() => server.host.counts.episodes === 0)
    expect(await session.call('act', ACTION)).toMatchObject({ ok: false, reason: 'episode_finished' })
  })

  it('needs the header that names it', async () => {
    const server = await served([echo])
    for (const id of [undefined, '', 'i'.repeat(256)]) {
      const client = new OrsClient(server, id === undefined ? {} : { 'x-session-id': id })
      expect(await client.json('POST', '/create', FIRST)).toMatchObject({ status: 422 })
    }
  })
})

/** A call in progress; its step is taken when the world lets it. */
async function released<T>(call: Promise<T>, release: () => void): Promise<T> {
  let isDone = false
  const done = call.finally(() => {
    isDone = true
  })
  await until(() => {
    release()
    return isDone
  })
  return done
}

describe('a call of the Open Reward Standard whose client leaves', () => {
  const GO = { action: 'go' }

  it('is made once: its result waits for clients that have its id', async () => {
    const { environment, release } = gated()
    const server = await served([environment])
    const ended = endedIn(server)
    const session = await new OrsClient(server).open({ task_spec: { seed: 1 } })
    const task_id = await session.begin('act', GO)
    const again = [1, 2].map(() => session.resultOf({ name: 'act', input: GO, task_id }))
    const results = await released(Promise.all(again), () => release('go'))
    for (const { output } of results) expect(output).toMatchObject({ reward: 1, metadata: { step: 0 } })
    expect(await session.resultOf({ name: 'act', input: {}, task_id })).toEqual(results[0])
    await session.json('POST', '/delete')
    expect(ended.map(({ steps }) => steps.length)).toEqual([1])
  })

  it('is made once, too, where the client missed the id and repeats its request', async () => {
    const { environment, release } = gated()
    const server = await served([environment])
    const session = await new OrsClient(server).open({ task_spec: { seed: 1 } })
    await session.begin('act', GO)
    const repeated = await released(session.call('act', GO), () => release('go'))
    expect(repeated.output?.metadata).toMatchObject({ step: 0 })
    const next = await released(session.call('act', GO), () => release('go'))
    expect(next.output?.metadata).toMatchObject({ step: 1 })
  })

  it('is reported where the client does something else instead', async () => {
    const { environment, release } = gated()
    const server = await served([environment])
    const session = await new OrsClient(server).open({ task_spec: { seed: 1 } })
    await session.begin('act', GO)
    const { output } = await released(session.call('act', { action: 'stop' }), () => {
      release('go')
      release('stop')
    })
    expect(output).toMatchObject({ finished: true, metadata: { step: 1, superseded: [0] } })
  })

  it('can be asked for among the last results alone', async () => {
    const server = await served([echo], { limits: { storedReplies: 2, maxInFlight: 2 } })
    const session = await new OrsClient(server).open(FIRST)
    const ids: string[] = []
    for (const action of ['a', 'bb', 'ccc']) {
      const text = await (await session.ask('POST', '/call', { name: 'act', input: { action } })).text()
      ids.push(eventsOf(text)[0]?.data ?? '')
    }
    const asked = ids.map((task_id) => session.resultOf({ name: 'act', input: {}, task_id }))
    const [first, ...others] = await Promise.allSettled(asked)
    expect(first).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('409') } })
    expect(others.map((each) => each.status === 'fulfilled' && each.value.output?.reward)).toEqual([2, 3])
  })
})

describe('results of the Open Reward Standard', () => {
  it('come whole, whatever is in them', async () => {
    const server = await served([echo])
    const session = await new OrsClient(server).open(FIRST)
    for (const said of [
      ' '.repeat(9000),
      '\u00a0\u2028é\ud83d\ude00'.repeat(4000),
      '\r\n\r\ndata: x\n\n',
      '"\\'.repeat(5000),
    ]) {
      const { output } = await session.call('act', { action: said })
      expect(output?.blocks[0]?.text).toBe(said)
    }
  })

  it('that are too large are left out, and the step stands', async () => {
    const server = await served([echo], { limits: { frameBytesOut: 5000 } })
    const session = await new OrsClient(server).open(FIRST)
    const { output } = await session.call('act', { action: 'x'.repeat(6000) })
    expect(output).toMatchObject({ reward: 6000, blocks: [{ text: expect.stringContaining('left out') }] })
    expect((await session.call('act', ACTION)).output?.metadata).toMatchObject({ step: 1 })
  })

  it('of code that fails are an error of the stream', async () => {
    const server = await served([echo])
    const session = await new OrsClient(server).open(FIRST)
    await expect(session.call('act', { action: 'throw' })).rejects.toThrow(/"event":"error"/)
  })

  it('of calls that are made at once are one for each step', async () => {
    const server = await served([echo])
    const session = await new OrsClient(server).open(FIRST)
    const calls = ['a', 'bb', 'ccc', 'dddd'].map((action) => session.call('act', { action }))
    const results = await Promise.all(calls)
    expect(results.map(({ output }) => output?.reward)).toEqual([1, 2, 3, 4])
    expect(results.map(({ output }) => output?.metadata.step).sort()).toEqual([0, 1, 2, 3])
    expect(results.some(({ output }) => output?.metadata.superseded !== undefined)).toBe(false)
  })

  it('show that a long call is alive', async () => {
    stopClock('idleness')
    const { environment, release } = gated()
    const server = await served([environment])
    const session = await new OrsClient(server).open({ task_spec: { seed: 1 } })
    const response = await session.ask('POST', '/call', { name: 'act', input: { action: 'go' } })
    await pass(25_000)
    release('go')
    expect((await response.text()).match(/: ping/g)).toHaveLength(2)
  })
})
