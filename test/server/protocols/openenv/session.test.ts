import { describe, expect, it } from 'vitest'
import type { Step } from '../../../../core/data/types.ts'
import { defineRewardHook } from '../../../../core/reward/hook.ts'
import { Client, connected, quiet, served, until } from '../../../support/server/client.ts'
import { echo, gated, mover } from '../../../support/server/worlds.ts'

const errorOf = (code: string, gym_code: string) => ({
  type: 'error',
  data: expect.objectContaining({ code, gym_code }),
})

describe('the openenv dialect', () => {
  it('resets, steps, returns the state and closes', async () => {
    const server = await served([echo])
    const client = await connected(server)
    const start = await client.reset({ seed: 7, episode_id: 'mine', task: 'one' })
    expect(start.type).toBe('observation')
    expect(start.data).toMatchObject({ reward: null, done: false, episode_id: 'mine', seed: 7, max_steps: 1000 })
    expect(start.data.task).toEqual({ id: 'one', split: 'train', public: { hint: 1 } })
    const stepped = await client.step('hello')
    expect(stepped.data).toMatchObject({
      observation: { text: 'hello' },
      reward: 5,
      done: false,
      truncated: false,
      step: 0,
    })
    expect(await client.ask({ type: 'state' })).toEqual({
      type: 'state',
      data: { episode_id: 'mine', step_count: 1, said: 'hello' },
    })
    const last = await client.step('stop')
    expect(last.data).toMatchObject({ done: true, truncated: false, ending: 'terminated', ending_reason: null })
    client.send({ type: 'close' })
    expect((await client.end()).status).toBe(1000)
    await quiet(server)
  })

  it('keeps rewards, info and truncation beside the observation, and repeats them in metadata', async () => {
    const length = defineRewardHook({
      name: 'length',
      version: 2,
      scope: 'turn',
      reward: ({ action }) => `${action}`.length,
    })
    const broken = defineRewardHook({ name: 'broken', version: 1, scope: 'turn', reward: () => Number.NaN })
    const won = defineRewardHook({ name: 'won', version: 1, scope: 'outcome', reward: () => 1 })
    const client = await connected(await served([echo], { hooks: [length, broken, won] }))
    await client.reset()
    const { data } = await client.step('stop')
    expect(Object.keys(data.observation ?? {})).toEqual(['text'])
    expect(data.rewards).toMatchObject([
      { name: 'env', version: 1, value: 4 },
      { name: 'length', version: 2, value: 4 },
      { name: 'broken', version: 1, value: null, reason: 'not-finite' },
    ])
    expect(data.outcome).toMatchObject([{ name: 'won', value: 1 }])
    const { observation, reward, done, metadata, ...beside } = data
    expect([observation?.text, reward, done]).toEqual(['stop', 4, true])
    expect(metadata).toEqual(beside)
  })

  it('gives one seed one episode, for seeds of any size', async () => {
    const client = await connected(await served([echo]))
    const textOf = async (seed: string): Promise<unknown> => {
      client.raw(`{"type":"reset","data":{"seed":${seed}}}`)
      const { data } = await client.next()
      return [data.observation?.text, data.seed]
    }
    const [text, seed] = (await textOf('9223372036854775809')) as [string, string]
    expect(seed).toBe('9223372036854775809')
    expect(await textOf('"9223372036854775809"')).toEqual([text, seed])
    expect(await textOf('9223372036854775808')).not.toEqual([text, '9223372036854775808'])
  })

  it('reads actions of objects from the data itself, and leaves metadata out', async () => {
    const client = await connected(await served([mover]))
    await client.reset()
    const { data } = await client.ask({ type: 'step', data: { by: 2, metadata: { tag: 'x' } } })
    expect(data.observation?.text).toBe('{"by":2}')
    expect([data.reward, data.rewards]).toEqual([
      null,
      [expect.objectContaining({ value: null, reason: 'not-judged' })],
    ])
  })

  it('takes a bad action as a step that says so', async () => {
    const client = await connected(await served([echo]))
    await client.reset()
    const { data } = await client.ask({ type: 'step', data: { action: 7 } })
    expect(data).toMatchObject({ is_action_valid: false, info: { code: 'ACTION_INVALID' }, done: false })
  })

  it('hands evidence in the metadata to hooks and record', async () => {
    const seen: unknown[] = []
    const server = await served([echo])
    server.host.listen({ stepTaken: ({ step }) => void seen.push(step.evidence) })
    const client = await connected(server)
    await client.reset()
    const evidence = {
      kind: 'categorical',
      policyId: 'p',
      policyVersion: '3',
      temperature: 1,
      topP: 1,
      actions: ['a', 'b'],
      index: 1,
      logProb: -0.5,
    }
    await client.ask({ type: 'step', data: { action: 'b', metadata: { evidence } } })
    expect(seen).toEqual([evidence])
    const bad = { ...evidence, index: 2 }
    const refused = await client.ask({ type: 'step', data: { action: 'b', metadata: { evidence: bad } } })
    expect(refused).toEqual(errorOf('VALIDATION_ERROR', 'EVIDENCE_INVALID'))
    expect((await client.ask({ type: 'state' })).data.step_count).toBe(1)
  })

  it('refuses what it does not know, and continues', async () => {
    const client = await connected(await served([echo]))
    await client.reset({ unknown_field: 1 })
    expect(await client.ask({ type: 'mcp', data: { jsonrpc: '2.0', method: 'tools/list', id: 4 } })).toMatchObject({
      type: 'mcp',
      data: { id: 4, error: { code: -32601 } },
    })
    expect(await client.ask({ type: 'dance' })).toEqual(errorOf('UNKNOWN_TYPE', 'FRAME_UNKNOWN'))
    expect(await client.ask({ type: 'state', data: {} })).toEqual(errorOf('VALIDATION_ERROR', 'FRAME_INVALID'))
    expect(await client.ask({ type: 'step', data: { action: 'a', extra: 1 } })).toEqual(
      errorOf('VALIDATION_ERROR', 'FRAME_INVALID'),
    )
    expect((await client.step('still here')).data.reward).toBe(10)
  })

  it('says so when there is no episode, or it has ended', async () => {
    const client = await connected(await served([echo]))
    expect(await client.ask({ type: 'state' })).toEqual({ type: 'state', data: { episode_id: null, step_count: 0 } })
    expect(await client.step('a')).toEqual(errorOf('EXECUTION_ERROR', 'EPISODE_NEEDED'))
    await client.reset()
    await client.step('stop')
    expect(await client.step('a')).toEqual(errorOf('EXECUTION_ERROR', 'EPISODE_ENDED'))
  })

  it('aborts an episode whose environment breaks, and starts another', async () => {
    const client = await connected(await served([echo]))
    await client.reset()
    expect(await client.step('throw')).toEqual(errorOf('EXECUTION_ERROR', 'ENV_FAILED'))
    expect(await client.step('a')).toEqual(errorOf('EXECUTION_ERROR', 'EPISODE_ABORTED'))
    await client.reset()
    expect((await client.step('a')).data.reward).toBe(1)
  })

  it('aborts and releases the episode of a client that vanishes', async () => {
    const server = await served([echo])
    const endings: unknown[] = []
    server.host.listen({ episodeEnded: ({ trajectory }) => endings.push(trajectory.ending, trajectory.endingReason) })
    const client = await connected(server)
    await client.reset()
    client.socket.terminate()
    await quiet(server)
    expect(endings).toEqual(['aborted', 'the connection was lost'])
  })

  it('aborts an episode that is reset before its end', async () => {
    const server = await served([echo])
    const endings: unknown[] = []
    server.host.listen({ episodeEnded: ({ trajectory }) => endings.push(trajectory.endingReason) })
    const client = await connected(server)
    await client.reset()
    await client.reset()
    expect(endings).toEqual(['reset before its end'])
    expect(server.host.counts.episodes).toBe(1)
  })

  it('truncates at max_steps, which cannot be above the environment', async () => {
    const client = await connected(await served([mover]))
    expect((await client.reset({ max_steps: 11 })).data.max_steps).toBe(10)
    expect((await client.reset({ max_steps: 1 })).data.max_steps).toBe(1)
    const { data } = await client.ask({ type: 'step', data: { by: 1 } })
    expect(data).toMatchObject({ done: true, truncated: true, ending_reason: 'maxSteps' })
  })
})

describe('traps of the openenv dialect', () => {
  it('drops a reply that the client has given up on; its step stands and is marked', async () => {
    const { environment, release } = gated()
    const server = await served([environment])
    const superseded: Step[] = []
    server.host.listen({ stepSuperseded: ({ step }) => superseded.push(step) })
    const client = await connected(server)
    await client.reset()
    client.send({ type: 'step', data: { action: 'slow' } })
    await until(() => server.host.counts.episodes === 1)
    client.send({ type: 'step', data: { action: 'fast' } })
    await client.delivered()
    release('slow')
    await until(() => superseded.length === 1)
    release('fast')
    const { data } = await client.next()
    expect(data).toMatchObject({ observation: { text: 'fast' }, step: 1, superseded: [0] })
    expect(superseded.map(({ action }) => action)).toEqual(['slow'])
    expect((await client.ask({ type: 'state' })).data.step_count).toBe(2)
    expect(client.frames).toHaveLength(3)
  })

  it('reports the end that came with a dropped reply', async () => {
    const { environment, release } = gated()
    const client = await connected(await served([environment]))
    await client.reset()
    client.send({ type: 'step', data: { action: 'stop' } })
    client.send({ type: 'step', data: { action: 'more' } })
    await client.delivered()
    release('stop')
    const { data } = await client.next()
    expect(data).toMatchObject({ done: true, step: null, reward: null, ending: 'terminated', superseded: [0] })
    expect((await client.step('more')).data.gym_code).toBe('EPISODE_ENDED')
  })

  it('lets a client wait for its turn', async () => {
    const server = await served([echo], { limits: { sessions: 1 } })
    const first = await connected(server)
    await first.reset()
    const second = await connected(server)
    second.send({ type: 'reset', data: {} })
    await until(() => server.host.counts.waiting === 1)
    first.socket.close()
    expect((await second.next()).type).toBe('observation')
  })

  it('answers the first message of a client that found no room, and then closes', async () => {
    const server = await served([echo], { limits: { sessions: 1, waitMs: 20 } })
    const first = await connected(server)
    await first.reset()
    const second = await connected(server)
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(second.closed).toBe(null)
    expect(await second.reset()).toMatchObject({
      type: 'error',
      data: { code: 'CAPACITY_REACHED', active_sessions: 1, max_sessions: 1 },
    })
    expect((await second.end()).status).toBe(1000)
    expect((await first.step('unmoved')).type).toBe('observation')
  })

  it('answers with the environment that cannot be had', async () => {
    const server = await served([echo])
    const lost = await connected(server, '/nowhere/ws')
    expect(await lost.reset()).toEqual(errorOf('SESSION_ERROR', 'ENV_UNKNOWN'))
    expect((await lost.end()).status).toBe(1008)
    const load = async () => {
      throw new Error('no catalogue')
    }
    const broken = await served([echo], {})
    await broken.close()
    const { listen } = await import('../../../../server/listen.ts')
    const { hookSet } = await import('../../../../core/reward/hook.ts')
    const failing = await listen({ environments: [{ name: 'failing', load }], hooks: hookSet([]) })
    const client = new Client(`${failing.url.replace('http', 'ws')}/ws`)
    await until(() => client.socket.readyState === client.socket.OPEN)
    expect((await client.reset()).data).toMatchObject({
      code: 'FACTORY_ERROR',
      message: expect.stringMatching(/^the server: the environment threw \(reference/),
    })
    await failing.close()
  })

  it('sends nothing but replies while a slow process hook is at work', async () => {
    const late = defineRewardHook({
      name: 'late',
      version: 1,
      scope: 'process',
      maxBatch: 8,
      reward: (steps) => new Promise((resolve) => setTimeout(() => resolve({ perStep: steps.map(() => 0.5) }), 30)),
    })
    const server = await served([echo], { hooks: [late] })
    const arrived: unknown[] = []
    server.host.listen({ rewardsArrived: ({ rewards }) => arrived.push(...rewards) })
    const client = await connected(server)
    await client.reset()
    for (let step = 0; step < 40; step++) expect((await client.step('on')).data.step).toBe(step)
    expect(arrived.length).toBeLessThan(40)
    await until(() => arrived.length === 40)
    expect(client.frames).toHaveLength(41)
  })

  it('holds replies back when too many steps wait to be scored, and no longer', async () => {
    let open = (): void => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const stuck = defineRewardHook({
      name: 'stuck',
      version: 1,
      scope: 'process',
      maxBatch: 1,
      timeoutMs: 20_000,
      reward: (steps) => gate.then(() => ({ perStep: steps.map(() => 1) })),
    })
    const client = await connected(await served([echo], { hooks: [stuck], limits: { unscoredSteps: 3 } }))
    await client.reset()
    // One is being judged, three wait.
    for (let step = 0; step < 4; step++) await client.step('on')
    client.send({ type: 'step', data: { action: 'on' } })
    client.send({ type: 'step', data: { action: 'last' } })
    await client.delivered()
    expect(client.frames).toHaveLength(5)
    open()
    expect((await client.next()).data.observation?.text).toBe('last')
  })
})
