import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import type { Json } from '../../../core/data/types.ts'
import type { RunLog } from '../../../core/rollout/log.ts'
import { PersistentClient } from '../../server/protocols/native/persistent-client.ts'
import { quiet, served } from './client.ts'
import { faultyProxy } from './faulty-proxy.ts'
import { echo, sleepy } from './worlds.ts'

export interface NativeChaosReport {
  /** Steps whose reply came. */
  readonly acknowledged: number
  /** Episodes whose log holds other actions than those asked for: a step lost, taken twice or out of order. */
  readonly torn: readonly string[]
  /** Replies that are not the answer to their request. */
  readonly wrong: readonly unknown[]
  /** Connections that were broken, and sessions that continued after. */
  readonly faults: number
  readonly resumed: number
  readonly refused: readonly string[]
  readonly failures: readonly unknown[]
}

const WORKERS = 8

interface Work {
  readonly rng: Rng
  readonly asked: Map<string, readonly string[]>
  readonly wrong: unknown[]
  acknowledged: number
  left: number
}

/**
 * Plays episodes through a proxy that breaks connections, with clients that resume, pipeline and repeat themselves;
 * then waits until nothing is open any more. No step may be lost, taken twice, or answered with another's reply.
 */
export async function nativeChaos(seed: number, episodes: number): Promise<NativeChaosReport> {
  const written = new Map<string, Json[]>()
  const failures: unknown[] = []
  const server = await served([echo, sleepy], {
    limits: { heartbeatMs: 500, resumeMs: 60_000, vectorFrameCharacters: 200 },
    runStoreOf: () => ({ log: actionsInto(written), runKey: 'key', close: () => {} }),
  })
  server.host.listen({ failed: (event) => failures.push(event) })
  const rng = new Rng(keyOfSeed(seed), 0)
  const proxy = await faultyProxy(Number(new URL(server.url).port), rng)
  const work: Work = { rng, asked: new Map(), wrong: [], acknowledged: 0, left: episodes }
  const clients = Array.from({ length: WORKERS }, (_, index) => {
    const name = index % 2 === 0 ? 'echo' : 'sleepy'
    return new PersistentClient(`ws://127.0.0.1:${proxy.port}/${name}/ws`)
  })
  await Promise.all(clients.map((client) => worker(work, client)))
  proxy.close()
  await quiet(server)
  const isTorn = ([episode, actions]: [string, readonly string[]]): boolean =>
    JSON.stringify(written.get(episode)) !== JSON.stringify(actions)
  return {
    acknowledged: work.acknowledged,
    torn: [...work.asked].filter(isTorn).map(([episode]) => episode),
    wrong: work.wrong,
    faults: proxy.fates.reset + proxy.fates.freeze,
    resumed: clients.reduce((sum, { resumed }) => sum + resumed, 0),
    refused: clients.flatMap(({ refused }) => refused ?? []),
    failures,
  }
}

async function worker(work: Work, client: PersistentClient): Promise<void> {
  while (work.left > 0 && client.refused === null) {
    const number = work.left--
    if (number % 4 === 0) await vector(work, client, number)
    else await episode(work, client, number)
  }
  await client.close()
}

async function episode(work: Work, client: PersistentClient, number: number): Promise<void> {
  const { rng, wrong } = work
  const start = await client.ask({ type: 'reset' })
  if (start.type !== 'reset') return void wrong.push(start)
  const texts = Array.from({ length: rng.int(1, 9) }, (_, index) => `${number} ${index} ${'.'.repeat(rng.int(0, 80))}`)
  const actions = [...texts, 'stop']
  work.asked.set(start.episode, actions)
  const asking = actions.map((action) => client.ask({ type: 'step', episode: start.episode, action }))
  if (rng.int(0, 7) === 0) client.cut()
  for (const [index, reply] of (await Promise.all(asking)).entries()) {
    const fits = reply.type === 'step' && reply.episode === start.episode && reply.index === index
    if (!fits || reply.observation !== actions[index]) wrong.push(reply)
    else work.acknowledged++
  }
}

const SLOTS = 4

/**
 * Steps of some slots at a time, without waiting for those before; each slot gets its own replies, once and in order.
 */
async function vector(work: Work, client: PersistentClient, number: number): Promise<void> {
  const { rng, wrong } = work
  const slots = Array.from({ length: SLOTS }, () => ({}))
  const delivery = rng.int(0, 1) === 0 ? 'whole' : 'ready'
  const opened = (await client.askForAll({ type: 'vector.open', delivery, slots })).flatMap((frame) =>
    frame.type === 'vector.open' ? [frame] : [],
  )
  const episodes = slots.map((_, slot) => cell(opened, slot, ({ episode }) => episode))
  const actions = episodes.map((): string[] => [])
  for (const [slot, id] of episodes.entries()) if (id) work.asked.set(id, actions[slot] ?? [])
  const asking = Array.from({ length: rng.int(1, 8) }, async (_, turn) => {
    const named = slots.flatMap((_each, slot) => (rng.int(0, 2) > 0 ? [slot] : []))
    const said = named.map((slot) => `${number} ${slot} ${turn} ${'.'.repeat(rng.int(0, 80))}`)
    const indexes = named.map((slot, at) => (actions[slot]?.push(said[at] ?? '') ?? 0) - 1)
    const frames = await client.askForAll({
      type: 'vector.step',
      vector: opened[0]?.vector ?? '',
      slots: named,
      actions: said,
      turns: indexes,
    })
    const replies = frames.flatMap((frame) => (frame.type === 'vector.step' ? [frame] : []))
    const isOnce =
      replies
        .flatMap((frame) => frame.slots)
        .toSorted()
        .join() === named.toSorted().join()
    for (const [at, slot] of named.entries()) {
      const seen = [cell(replies, slot, ({ index }) => index), cell(replies, slot, ({ observation }) => observation)]
      if (isOnce && seen[0] === indexes[at] && seen[1] === said[at]) work.acknowledged++
      else wrong.push({ slot, seen, expected: [indexes[at], said[at]], frames })
    }
  })
  if (rng.int(0, 3) === 0) client.cut()
  await Promise.all(asking)
  await client.ask({ type: 'vector.close', vector: opened[0]?.vector ?? '' })
}

/** A slot's entry in a column of a reply in several frames. */
function cell<Frame extends { readonly slots: readonly number[] }, T>(
  frames: readonly Frame[],
  slot: number,
  columnOf: (frame: Frame) => readonly T[],
): T | undefined {
  const frame = frames.find(({ slots }) => slots.includes(slot))
  return frame && columnOf(frame)[frame.slots.indexOf(slot)]
}

const actionsInto = (written: Map<string, Json[]>): RunLog => ({
  episodeStarted: ({ trajectoryId }) => void written.set(trajectoryId, []),
  stepTaken: ({ trajectoryId, action }) => void written.get(trajectoryId)?.push(action),
  episodeEnded: () => {},
  rewardsArrived: () => {},
  groupClosed: () => {},
})
