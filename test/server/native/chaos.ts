import type { RunLog } from '../../../core/log.ts'
import { keyOfSeed, Rng } from '../../../core/rng.ts'
import type { Json } from '../../../core/types.ts'
import { quiet, served } from '../client.ts'
import { faultyProxy } from '../faulty-proxy.ts'
import { echo, sleepy } from '../worlds.ts'
import { PersistentClient } from './persistent-client.ts'

export interface NativeChaosReport {
  /** Steps whose reply came. */
  readonly acknowledged: number
  /** Episodes whose log holds other actions than those asked for: a step lost, taken twice or out of order. */
  readonly torn: readonly string[]
  /** Replies that are not the answer to their request. */
  readonly wrong: readonly unknown[]
  /** Connections that were broken, and sessions that went on after. */
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
    limits: { heartbeatMs: 100, resumeMs: 1500 },
    bookOf: () => ({ log: actionsInto(written), runKey: 'key', close: () => {} }),
  })
  server.arena.listen({ failed: (event) => failures.push(event) })
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
  while (work.left > 0 && client.refused === null) await episode(work, client, work.left--)
  client.end()
}

async function episode(work: Work, client: PersistentClient, number: number): Promise<void> {
  const { rng, wrong } = work
  const begun = await client.ask({ type: 'reset' })
  if (begun.type !== 'reset') return void wrong.push(begun)
  const texts = Array.from({ length: rng.int(1, 9) }, (_, index) => `${number} ${index} ${'.'.repeat(rng.int(0, 80))}`)
  const actions = [...texts, 'stop']
  work.asked.set(begun.episode, actions)
  const asking = actions.map((action) => client.ask({ type: 'step', episode: begun.episode, action }))
  if (rng.int(0, 7) === 0) client.cut()
  for (const [index, reply] of (await Promise.all(asking)).entries()) {
    const fits = reply.type === 'step' && reply.episode === begun.episode && reply.index === index
    if (!fits || reply.observation !== actions[index]) wrong.push(reply)
    else work.acknowledged++
  }
}

const actionsInto = (written: Map<string, Json[]>): RunLog => ({
  episodeStarted: ({ trajectoryId }) => void written.set(trajectoryId, []),
  stepTaken: ({ trajectoryId, action }) => void written.get(trajectoryId)?.push(action),
  episodeEnded: () => {},
  rewardsArrived: () => {},
  groupClosed: () => {},
})
