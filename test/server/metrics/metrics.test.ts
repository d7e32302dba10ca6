import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { defineRewardHook } from '../../../core/reward/hook.ts'
import type { GymServer } from '../../../server/listen.ts'
import { Metrics, reasonLabel } from '../../../server/metrics/metrics.ts'
import { EventStream } from '../../../server/stream/stream.ts'
import { connected, quiet, refusal, served } from '../../support/server/client.ts'
import { collector, startedStream, upTo } from '../../support/server/consumers.ts'
import { hostOf, servedIn } from '../../support/server/started-host.ts'
import { echo } from '../../support/server/worlds.ts'

/** Values by name and labels, as Prometheus writes them. */
type Figures = Readonly<Record<string, number>>

function figuresIn(page: string): Figures {
  const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(lines.map((line) => [line.replace(/ \S+$/, ''), Number(/\S+$/.exec(line)?.[0])]))
}

const scraped = async (
  server: GymServer,
  path = '/metrics',
  headers: Record<string, string> = {},
): Promise<Figures> => {
  await server.stream.settled()
  return figuresIn(await (await fetch(server.url + path, { headers })).text())
}

const moody = defineRewardHook({
  name: 'moody',
  version: 1,
  scope: 'turn',
  reward: ({ index }) => {
    if (index === 1) throw new Error('not today')
    return index === 2 ? null : 1
  },
})
const ending = defineRewardHook({ name: 'ending', version: 1, scope: 'outcome', reward: () => 1 })
const late = defineRewardHook({
  name: 'late',
  version: 1,
  scope: 'process',
  maxBatch: 4,
  reward: (steps) => ({ perStep: steps.map(() => Number.NaN) }),
})

describe('the metrics of a server', () => {
  it('count steps, episodes, groups, signals and nulls', async () => {
    const server = await served([echo], { hooks: [moody, ending, late] })
    const [client, other] = [await connected(server), await connected(server)]
    await client.reset({ group_id: 'g', group_size: 2 })
    await other.reset({ group_id: 'g' })
    for (const action of ['a', 'b', 'c', 'stop']) await client.step(action)
    await other.step('a')
    other.socket.terminate()
    client.socket.close()
    await quiet(server)
    expect(await scraped(server)).toMatchObject({
      'stepgym_steps_total{environment="echo@1"}': 5,
      'stepgym_step_seconds_count{environment="echo@1"}': 5,
      'stepgym_episodes_started_total{environment="echo@1"}': 2,
      'stepgym_episodes_ended_total{environment="echo@1",ending="terminated",reason="none"}': 1,
      'stepgym_episodes_ended_total{environment="echo@1",ending="aborted",reason="the connection was lost"}': 1,
      'stepgym_groups_closed_total{environment="echo@1"}': 1,
      'stepgym_hook_seconds_count{hook="moody"}': 5,
      'stepgym_hook_seconds_count{hook="ending"}': 1,
      'stepgym_hook_seconds_count{hook="late"}': 5,
      'stepgym_rewards_null_total{hook="moody",reason="threw"}': 1,
      'stepgym_rewards_null_total{hook="moody",reason="declined"}': 1,
      'stepgym_rewards_null_total{hook="late",reason="not-finite"}': 5,
      'stepgym_rewards_null_total{hook="ending",reason="aborted"}': 1,
      stepgym_failures_total: 0,
    })
  })

  it('show what monitors of training read in groups, and in episodes of none', async () => {
    const server = await served([echo])
    const clients = [await connected(server), await connected(server), await connected(server)]
    const [first, second, alone] = clients
    await first?.reset({ group_id: 'g', group_size: 2 })
    await second?.reset({ group_id: 'g' })
    await alone?.reset({})
    for (const client of clients) {
      await client.step('same')
      await client.step('stop')
      client.socket.close()
    }
    await quiet(server)
    const labels = (monitor: string): string => `{environment="echo@1",monitor="${monitor}",signal=""}`
    expect(await scraped(server)).toMatchObject({
      [`stepgym_monitor${labels('degenerate-groups')}`]: 1,
      [`stepgym_monitor_beyond${labels('degenerate-groups')}`]: 0,
      [`stepgym_monitor${labels('action-diversity')}`]: 0.5,
      [`stepgym_monitor${labels('invalid-actions')}`]: 0,
    })
  })

  it('show what is open now, and nothing once it has gone', async () => {
    const server = await served([echo], { limits: { sessions: 1 } })
    const client = await connected(server)
    await client.reset({ group_id: 'g', group_size: 2 })
    const waiting = await connected(server)
    const gauges = ['stepgym_sessions', 'stepgym_sessions_waiting', 'stepgym_episodes', 'stepgym_groups']
    const shown = async (): Promise<readonly (number | undefined)[]> => {
      const figures = await scraped(server)
      return gauges.map((name) => figures[name])
    }
    expect(await shown()).toEqual([1, 1, 1, 1])
    waiting.socket.close()
    client.socket.close()
    server.host.environmentHosts[0]?.group('g')?.stop('aborted', 'enough')
    await quiet(server)
    expect(await shown()).toEqual([0, 0, 0, 0])
    expect((await scraped(server)).process_resident_memory_bytes).toBeGreaterThan(1e6)
  })

  it('show what waits for consumers and observers, and what was lost to them', async () => {
    const { stream, step } = await startedStream()
    const metrics = new Metrics(hostOf(), stream)
    stream.attach(collector('viewer', { overflow: 'drop-oldest', capacity: 2, take: () => new Promise(() => {}) }))
    stream.observe({}, { capacity: 3 })
    for (const index of upTo(10)) void step(index)
    const during = figuresIn(await metrics.page())
    expect(during).toMatchObject({
      'stepgym_stream_queue{consumer="metrics"}': 10,
      'stepgym_stream_queue{consumer="viewer"}': 2,
      'stepgym_stream_lost_total{consumer="viewer",why="dropped"}': 8,
      'stepgym_stream_lost_total{consumer="observers",why="dropped"}': 7,
      stepgym_observers: 1,
      stepgym_observer_queue: 3,
    })
    const steps = async () => figuresIn(await metrics.page())['stepgym_steps_total{environment="dice@1"}']
    await expect.poll(steps, { timeout: 60_000 }).toBe(10)
    const after = figuresIn(await metrics.page())
    expect(after['stepgym_stream_lost_total{consumer="viewer",why="dropped"}']).toBe(8)
    await stream.close(1)
  })

  it('count steps whose action could not be used, superseded ones, and failures', async () => {
    const host = hostOf()
    const stream = new EventStream(host.events)
    const metrics = new Metrics(host, stream)
    const served = await servedIn(host)
    const { step } = await served.step('no number')
    host.events.emit('stepSuperseded', { episode: served, step })
    host.events.emit('failed', { doing: 'something', error: new Error('broken') })
    await stream.settled()
    expect(figuresIn(await metrics.page())).toMatchObject({
      'stepgym_steps_invalid_total{environment="dice@1"}': 1,
      'stepgym_steps_superseded_total{environment="dice@1"}': 1,
      stepgym_failures_total: 1,
    })
  })

  it('hold no text of a client', async () => {
    const server = await served([echo])
    const client = await connected(server)
    const canary = 'zq-client-text-zq'
    await client.reset({ episode_id: canary, agent: canary, group_id: canary, group_size: 1 })
    await client.step(canary)
    await client.step('throw')
    client.socket.close(4000, canary)
    await quiet(server)
    await server.stream.settled()
    const page = await (await fetch(`${server.url}/metrics`)).text()
    expect(page).toContain('reason="ENV_FAILED"')
    expect(page).not.toContain('zq-client')
  })

  it('belong to one server: two of them share nothing', async () => {
    const [one, two] = [await served([echo]), await served([echo])]
    await (await connected(one)).reset()
    const started = 'stepgym_episodes_started_total{environment="echo@1"}'
    expect((await scraped(one))[started]).toBe(1)
    expect((await scraped(two))[started]).toBeUndefined()
  })
})

describe('the route /metrics', () => {
  const tokens = [
    { role: 'agent', token: 'agent-token' },
    { role: 'observer', token: 'observer-token' },
    { role: 'trainer', token: 'trainer-token' },
  ] as const

  it.each([
    ['agent-token', 403],
    ['observer-token', 200],
    ['trainer-token', 200],
    ['wrong-token', 401],
  ])('answers %s with %i', async (token, status) => {
    const server = await served([echo], { tokens })
    const headers = { authorization: `Bearer ${token}` }
    const inHeader = await fetch(`${server.url}/metrics`, { headers })
    const inPath = await fetch(`${server.url}/t/${token}/metrics`)
    expect([inHeader.status, inPath.status]).toEqual([status, status])
    if (status === 200) expect(inHeader.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  })

  it('is served for GET and HEAD only, and not as an address of an environment or a socket', async () => {
    const server = await served([echo])
    const statusOf = async (path: string, method: string): Promise<number> =>
      (await fetch(server.url + path, { method })).status
    expect(await statusOf('/metrics', 'GET')).toBe(200)
    expect(await statusOf('/metrics', 'HEAD')).toBe(200)
    expect(await statusOf('/metrics', 'POST')).toBe(404)
    expect(await statusOf('/echo/metrics', 'GET')).toBe(404)
    expect(await refusal(server, '/metrics')).toBe(404)
  })
})

describe('the reason of an end as a label', () => {
  it.each([
    [null, 'none'],
    ['maxSteps', 'maxSteps'],
    ['ENV_FAILED: the table broke: twice', 'ENV_FAILED'],
    ['the connection failed: Invalid WebSocket frame', 'the connection failed'],
    ['anything a client may say', 'other'],
    ['', 'other'],
    ['constructor', 'other'],
  ])('is, of %j, %j', (reason, label) => {
    expect(reasonLabel(reason)).toBe(label)
  })
})

describe('the documentation of the stream', () => {
  it('lists exactly the figures there are', async () => {
    const host = hostOf()
    const page = await new Metrics(host, new EventStream(host.events)).page()
    const document = readFileSync(new URL('../../../docs/stream.md', import.meta.url), 'utf8')
    const startedStream = [...page.matchAll(/^# HELP (\S+) /gm)].map(([, name]) => name)
    const listed = [...document.matchAll(/^\| `([a-z_]+)`/gm)].map(([, name]) => name)
    expect(listed.sort()).toEqual(startedStream.sort())
  })
})
