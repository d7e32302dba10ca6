import { describe, expect, it } from 'vitest'
import {
  DELIVERIES,
  type Reply,
  type ServerFrame,
  type VectorOpenReply,
  type VectorStepReply,
} from '../../../../../core/protocol/index.ts'
import { serve } from '../../../../../server/protocols/native/handlers.ts'
import { SessionManager } from '../../../../../server/protocols/native/session-manager.ts'
import { laterSeed } from '../../../../../server/protocols/native/vector/slot.ts'
import { EventStream } from '../../../../../server/stream/stream.ts'
import { ByteBudget } from '../../../../../server/transport/byte-budget.ts'
import { Literals } from '../../../../../server/transport/literals.ts'
import { stopClock } from '../../../../support/clock.ts'
import { dice } from '../../../../support/core-worlds.ts'
import { NOTHING_OPEN, served } from '../../../../support/server/client.ts'
import { NativeClient, until } from '../../../../support/server/native-client.ts'
import { snapshotStore, TOKENS } from '../../../../support/server/native-worlds.ts'
import { hostOf } from '../../../../support/server/started-host.ts'
import { echo, gated, sleepy } from '../../../../support/server/worlds.ts'

const isPartOf =
  (id: string | number) =>
  (frame: ServerFrame): frame is VectorStepReply =>
    'id' in frame && frame.id === id
const partsTo = (client: NativeClient, id: string | number): readonly VectorStepReply[] =>
  client.frames.filter(isPartOf(id))

async function opened(client: NativeClient, request: object): Promise<VectorOpenReply> {
  await client.opened()
  client.raw(JSON.stringify({ type: 'vector.open', id: 'open', ack: client.lastSeq, ...request }))
  const reply = (await client.replyTo('open')) as Reply
  if (reply.type === 'error') throw new Error(`${reply.code}: ${reply.message}`)
  return reply as VectorOpenReply
}

/** What one episode after the other gives for the same seeds and actions, by single frames. */
class PlainSlot {
  #episode = ''
  #begun = 0
  readonly #client: NativeClient
  readonly #seed: number
  constructor(client: NativeClient, seed: number) {
    this.#client = client
    this.#seed = seed
  }

  async begin(): Promise<string> {
    const count = this.#begun++
    const seed = count === 0 ? this.#seed : laterSeed(this.#seed, count)
    const start = await this.#client.ask({ type: 'reset', seed })
    this.#episode = start.episode
    return start.observation
  }

  step(action: string) {
    return this.#client.ask({ type: 'step', episode: this.#episode, action })
  }
}

/** Gymnasium's rules in a plain loop over single episodes. */
async function plainRows(client: NativeClient, seed: number, actions: readonly string[], autoreset: string) {
  const slot = new PlainSlot(client, seed)
  const rows: unknown[] = [await slot.begin()]
  let hasEnded = false
  for (const action of actions) {
    if (hasEnded && autoreset === 'disabled') rows.push('EPISODE_ENDED')
    else if (hasEnded) {
      rows.push([await slot.begin(), 0, false, false, null, null])
      hasEnded = false
    } else {
      const { observation, reward, terminated, truncated, ending } = await slot.step(action)
      const follows = ending !== null && autoreset === 'same-step'
      const shown = follows ? await slot.begin() : observation
      rows.push([shown, reward, terminated, truncated, ending, follows ? observation : null])
      hasEnded = ending !== null && !follows
    }
  }
  return rows
}

const rowsOf = (reply: VectorStepReply): readonly unknown[] =>
  reply.slots.map(
    (_, at) =>
      reply.error[at]?.code ?? [
        reply.observation[at],
        reply.reward[at],
        reply.terminated[at],
        reply.truncated[at],
        reply.ending[at],
        reply.finalObservation[at],
      ],
  )

describe('a vector of slots', () => {
  it.each(['disabled', 'next-step', 'same-step'])(
    'plays as episodes one by one do, with autoreset %s',
    async (autoreset) => {
      const server = await served([dice])
      const client = new NativeClient(`${server.url}/dice/ws`)
      const seeds = [3, 4, 5, 6, 7]
      const turns = 20
      const actionOf = (slot: number, turn: number): string =>
        slot === 1 ? '30' : slot === 2 ? 'what' : `${turn + slot}`
      const { vector, observation } = await opened(client, { autoreset, slots: seeds.map((seed) => ({ seed })) })
      const seen: unknown[][] = observation.map((text) => [text])
      for (let turn = 0; turn < turns; turn++) {
        const reply = await client.ask({
          type: 'vector.step',
          vector,
          actions: seeds.map((_, slot) => actionOf(slot, turn)),
        })
        for (const [at, row] of rowsOf(reply).entries()) seen[at]?.push(row)
      }
      const plain = new NativeClient(`${server.url}/dice/ws`)
      for (const [slot, seed] of seeds.entries()) {
        const actions = Array.from({ length: turns }, (_, turn) => actionOf(slot, turn))
        expect(seen[slot]).toEqual(await plainRows(plain, seed, actions, autoreset))
      }
      expect(client.events('ended')).toEqual([])
    },
  )

  it('steps only the slots that are named, in any order', async () => {
    const server = await served([echo])
    const client = new NativeClient(`${server.url}/echo/ws`)
    const { vector, episode } = await opened(client, { slots: [{}, {}, {}, {}] })
    const step = await client.ask({ type: 'vector.step', vector, slots: [3, 1], actions: ['three', 'one'] })
    expect(step).toMatchObject({
      slots: [3, 1],
      isLast: true,
      episode: [episode[3], episode[1]],
      observation: ['three', 'one'],
      index: [0, 0],
      reward: [5, 3],
      error: [null, null],
      start: [null, null],
    })
    const all = await client.ask({ type: 'vector.step', vector, actions: ['a', 'b', 'c', 'd'] })
    expect(all.index).toEqual([0, 1, 0, 1])
  })

  it('keeps what fails in one slot from the others', async () => {
    const server = await served([echo])
    const client = new NativeClient(`${server.url}/echo/ws`)
    const slots = [{ task: 'one' }, { task: 'nowhere' }, { split: 'test', index: 0 }, { task: 'two' }, { task: 'two' }]
    const open = await opened(client, { slots })
    expect(open.error.map((error) => error?.code ?? null)).toEqual([null, 'TASK_UNKNOWN', null, null, null])
    expect(open.start.map((start) => start?.task.id ?? null)).toEqual(['one', null, 'three', 'two', 'two'])
    const step = await client.ask({
      type: 'vector.step',
      vector: open.vector,
      actions: ['a', 'b', 'throw', 'stop', 'e'],
      evidence: [null, null, null, null, { kind: 'odd' } as never],
    })
    expect(step.error.map((error) => error?.code ?? null)).toEqual([
      null,
      'EPISODE_ENDED',
      'ENV_FAILED',
      null,
      'EVIDENCE_INVALID',
    ])
    expect(step.observation).toEqual(['a', null, null, 'stop', null])
    expect(step.ending).toEqual([null, null, null, 'terminated', null])
    const again = await client.ask({
      type: 'vector.reset',
      vector: open.vector,
      slots: [1, 2],
      starts: [{ task: 'one', seed: 5 }, { task: 'two' }],
    })
    expect(again).toMatchObject({ slots: [1, 2], error: [null, null], start: [{ seed: 5 }, { task: { id: 'two' } }] })
    const on = await client.ask({ type: 'vector.step', vector: open.vector, actions: ['a', 'b', 'c', 'd', 'e'] })
    expect(on.error.map((error) => error?.code ?? null)).toEqual([null, null, null, 'EPISODE_ENDED', null])
    expect(on.index).toEqual([1, 0, 0, null, 0])
  })

  it('refuses what no slot can be asked for, and continues', async () => {
    const server = await served([echo], { limits: { vectorSlots: 2, vectors: 1 } })
    const client = new NativeClient(`${server.url}/echo/ws`)
    await expect(opened(client, { slots: [{}, {}, {}] })).rejects.toThrow('FRAME_INVALID')
    client.frames.length = 0
    const { vector } = await opened(client, { ack: 1, slots: [{}, {}] })
    await expect(client.ask({ type: 'vector.open', slots: [{}] })).rejects.toThrow('CAPACITY_REACHED')
    const steps = [{ actions: ['a'] }, { slots: [2], actions: ['a'] }, { slots: [0, 0], actions: ['a', 'b'] }]
    for (const step of steps)
      await expect(client.ask({ type: 'vector.step', vector, ...step })).rejects.toThrow('FRAME_INVALID')
    await expect(client.ask({ type: 'vector.step', vector: 'x', actions: [] })).rejects.toThrow('EPISODE_UNKNOWN')
    expect((await client.ask({ type: 'vector.step', vector, actions: ['a', 'b'] })).index).toEqual([0, 0])
    await client.ask({ type: 'vector.close', vector })
    expect(server.host.counts).toEqual({ ...NOTHING_OPEN, sessions: 1 })
    await expect(client.ask({ type: 'vector.step', vector, actions: ['a', 'b'] })).rejects.toThrow('EPISODE_UNKNOWN')
  })

  it('splits a reply into frames of about the limit, and repeats all of them', async () => {
    const server = await served([echo], { limits: { vectorFrameCharacters: 5000 } })
    const client = new NativeClient(`${server.url}/echo/ws`)
    const { vector } = await opened(client, { slots: Array.from({ length: 20 }, () => ({ task: 'one' })) })
    const actions = Array.from({ length: 20 }, (_, slot) => `${slot} `.repeat(slot === 7 ? 4000 : 300))
    const frame = JSON.stringify({ type: 'vector.step', id: 'step', vector, actions })
    const complete = (times: number) => (): boolean =>
      partsTo(client, 'step').filter(({ isLast }) => isLast).length === times
    client.raw(frame)
    await until(complete(1))
    const parts = partsTo(client, 'step')
    expect(parts.flatMap(({ slots }) => slots)).toEqual([...actions.keys()])
    expect(parts.flatMap(({ observation }) => observation)).toEqual(actions)
    expect(parts.map(({ isLast }) => isLast)).toEqual(parts.map((_, at) => at === parts.length - 1))
    expect(parts.find(({ slots }) => slots.includes(7))?.slots).toEqual([7])
    for (const part of parts) if (part.slots.length > 1) expect(JSON.stringify(part).length).toBeLessThan(7000)
    client.raw(frame)
    await until(complete(2))
    expect(partsTo(client, 'step').slice(parts.length)).toEqual(parts)
  })

  it('sends slots as they get ready, or all together', async () => {
    const { environment, release } = gated()
    const server = await served([environment])
    const client = new NativeClient(`${server.url}/gated/ws`)
    const { vector } = await opened(client, { delivery: 'ready', slots: [{}, {}, {}] })
    client.send({ type: 'vector.step', vector, actions: ['a', 'b', 'c'] }, 'step')
    const seen = (): readonly (readonly number[])[] => partsTo(client, 'step').map(({ slots }) => slots)
    for (const [action, slots] of [
      ['b', [1]],
      ['c', [1, 2]],
      ['a', [1, 2, 0]],
    ] as const)
      await until(() => {
        release(action)
        return seen().flat().join() === slots.join()
      })
    expect(partsTo(client, 'step').flatMap(({ observation }) => observation)).toEqual(['b', 'c', 'a'])
    expect(partsTo(client, 'step').map(({ isLast }) => isLast)).toEqual([false, false, true])
  })

  it('keeps the order of pipelined steps in slots that are late', async () => {
    const server = await served([sleepy])
    const client = new NativeClient(`${server.url}/sleepy/ws`)
    const { vector } = await opened(client, { autoreset: 'same-step', slots: [{}, {}] })
    for (let turn = 0; turn < 20; turn++)
      client.send({ type: 'vector.step', vector, actions: ['x'.repeat(turn % 5), turn === 9 ? 'stop' : 'y'] }, turn)
    await until(() => partsTo(client, 19).length === 1)
    const replies = Array.from({ length: 20 }, (_, turn) => partsTo(client, turn)[0])
    expect(replies.map((reply) => reply?.index[0])).toEqual(Array.from({ length: 20 }, (_, turn) => turn))
    expect(replies.map((reply) => reply?.index[1])).toEqual(Array.from({ length: 20 }, (_, turn) => turn % 10))
    expect(replies[9]).toMatchObject({ finalObservation: [null, 'stop'], observation: [expect.any(String), 'begin'] })
  })

  it('fills a group, and starts another by a reset', async () => {
    const server = await served([dice])
    const client = new NativeClient(`${server.url}/dice/ws`)
    const group = (id: string) => [0, 1].map((member) => ({ group: { id, size: 2 }, member }))
    const { vector, start } = await opened(client, { slots: group('g') })
    expect(start).toMatchObject([
      { member: 0, group: { id: 'g', member: 0 } },
      { member: 1, group: { size: 2 } },
    ])
    expect(start[0]?.group?.startTag).toBe(start[1]?.group?.startTag)
    await client.ask({ type: 'vector.step', vector, actions: ['100', '101'] })
    const closed = await client.event('group.closed')
    expect(closed.members.map(({ member, ending }) => [member, ending])).toEqual([
      [0, 'terminated'],
      [1, 'terminated'],
    ])
    const next = await client.ask({ type: 'vector.reset', vector, starts: group('h') })
    expect(next).toMatchObject({ error: [null, null], start: [{ group: { id: 'h' } }, { group: { id: 'h' } }] })
    const other = { type: 'vector.open', autoreset: 'same-step', slots: group('i') } as const
    await expect(client.ask(other)).rejects.toThrow('FRAME_INVALID')
  })

  const tokens = Object.entries(TOKENS).map(([role, token]) => ({ role: role as keyof typeof TOKENS, token }))

  it('shows agents no rewards of hooks and no secrets, and lets them form no group', async () => {
    const server = await served([snapshotStore], { tokens })
    const client = new NativeClient(`${server.url}/vault/ws`, TOKENS.agent)
    const { vector, error } = await opened(client, { autoreset: 'same-step', slots: [{}, {}] })
    expect(error).toEqual([null, null])
    const step = await client.ask({ type: 'vector.step', vector, actions: ['break', 'look'] })
    expect(step).not.toHaveProperty('rewards')
    expect(step).not.toHaveProperty('outcome')
    const grouped = await client.ask({ type: 'vector.open', slots: [{ group: { id: 'g', size: 1 } }] })
    expect(grouped.error).toMatchObject([{ code: 'FORBIDDEN' }])
    expect(client.texts.join()).not.toContain('zqcanaryqz')
  })

  it('continues when its session is resumed over another socket', async () => {
    const server = await served([echo], { limits: { vectorFrameCharacters: 100 } })
    const url = `${server.url}/echo/ws`
    const client = new NativeClient(url)
    const { session } = await client.welcome()
    const { vector } = await opened(client, { slots: [{}, {}, {}] })
    await until(() => client.frames.length === 4)
    client.send({ type: 'vector.step', vector, actions: ['a', 'b', 'c'] }, 'step')
    await until(() => client.frames.length > 4)
    await client.vanish()
    const second = new NativeClient(url)
    const { missed, episodes } = await second.ask({ type: 'resume', session, lastSeq: 4 })
    expect(missed).toBe(2)
    expect(episodes).toHaveLength(3)
    expect(partsTo(second, 'step').map(({ observation }) => observation)).toEqual([['b'], ['c']])
    second.send({ type: 'vector.step', vector, actions: ['d', 'e', 'f'] }, 'next')
    await until(() => partsTo(second, 'next').length === 3)
    expect(partsTo(second, 'next').flatMap(({ index }) => index)).toEqual([1, 1, 1])
  })

  it('sends long pages whole, with any content, and those before the end of its session too', async () => {
    const server = await served([echo])
    const client = new NativeClient(`${server.url}/echo/ws`)
    const { vector } = await opened(client, { slots: [{}, {}, {}, {}] })
    const actions = ['plain ', 'with "quotes" ', 'two\nlines ', 'ünïcode \u{1f45f} '].map((text) => text.repeat(2500))
    client.send({ type: 'vector.step', vector, actions }, 'long')
    client.send({ type: 'close' }, 'end')
    await until(() => partsTo(client, 'long').some(({ isLast }) => isLast))
    expect(partsTo(client, 'long').flatMap(({ observation }) => observation)).toEqual(actions)
    expect(partsTo(client, 'long').length).toBeGreaterThan(1)
  })

  it('makes no promise if the environment makes none, and there is time', async () => {
    stopClock('idleness')
    const host = hostOf()
    const manager = new SessionManager({
      environmentHost: await host.environmentHost('dice'),
      literals: new Literals(),
      stream: new EventStream(host.events),
      sealKey: null,
      budget: new ByteBudget(host.limits.storedBytesInAll),
      snapshotBudget: new ByteBudget(host.limits.snapshotBytesInAll),
    })
    const session = manager.start('here', 'trainer', { owner: null, release: () => {} })
    const answer = serve(session)
    for (const delivery of DELIVERIES) {
      const open = answer({ type: 'vector.open', id: 1, autoreset: 'same-step', delivery, slots: [{}, {}] })
      const { vector }: { vector: string } = JSON.parse(wholeOf(open))
      const steps = ['100', '1'].map((action) =>
        answer({ type: 'vector.step', id: 2, vector, actions: [action, 'what'] }),
      )
      const rows: readonly VectorStepReply[] = steps.map((step) => JSON.parse(wholeOf(step)))
      expect(rows.map(({ index }) => index)).toEqual([
        [0, 0],
        [0, 1],
      ])
    }
    session.end('the test is over')
    expect(host.counts.episodes).toBe(0)
  })

  it('aborts its episodes when its client leaves', async () => {
    const server = await served([echo], { limits: { resumeMs: 20 } })
    const client = new NativeClient(`${server.url}/echo/ws`)
    await opened(client, { slots: Array.from({ length: 32 }, () => ({})) })
    expect(server.host.counts).toMatchObject({ episodes: 32 })
    await client.vanish()
    await until(() => server.host.counts.episodes === 0)
    expect(server.host.counts).toEqual(NOTHING_OPEN)
  })
})

/** The frame that the fields of a reply are of; fails for a promise. */
function wholeOf(fields: ReturnType<ReturnType<typeof serve>>): string {
  if (typeof fields !== 'function') throw new Error('this is no reply that was written at once')
  return fields('{"type":"reply"').toString()
}
