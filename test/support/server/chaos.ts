import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import type { Step } from '../../../core/data/types.ts'
import type { RunLog } from '../../../core/rollout/log.ts'
import { Client, quiet, served, until } from './client.ts'
import { faultyProxy } from './faulty-proxy.ts'
import { echo, sleepy } from './worlds.ts'

export interface ChaosReport {
  /** Steps whose reply came. */
  readonly acknowledged: number
  /** Steps among these that are not in the log as they were asked for. */
  readonly missing: number
  /** Replies that do not belong to what was asked. */
  readonly wrong: number
  /** Connections that were reset or frozen. */
  readonly faults: number
  readonly groupsClosed: number
  /** Groups that closed more than once. */
  readonly closedTwice: number
  readonly failures: readonly unknown[]
}

const WORKERS = 12

/**
 * Plays episodes through a proxy that breaks connections, with clients that vanish, talk nonsense and give up; then
 * waits until nothing is open any more. What happens follows from the seed, except the order in which the machine
 * does it.
 */
export async function chaos(seed: number, episodes: number): Promise<ChaosReport> {
  const written = new Map<string, Step[]>()
  const log = memoryLog(written)
  const server = await served([echo, sleepy], {
    limits: { heartbeatMs: 100, groupMs: 400, sessions: WORKERS - 4 },
    runStoreOf: () => ({ log, runKey: 'key', close: () => {} }),
  })
  const closed: string[] = []
  const failures: unknown[] = []
  server.host.listen({ groupClosed: ({ group }) => closed.push(group.id), failed: (event) => failures.push(event) })
  const rng = new Rng(keyOfSeed(seed), 0)
  const proxy = await faultyProxy(Number(new URL(server.url).port), rng)
  const work = { port: proxy.port, rng, left: episodes, acknowledged: [] as Acknowledged[], wrong: 0 }
  await Promise.all(Array.from({ length: WORKERS }, () => worker(work)))
  proxy.close()
  await quiet(server)
  const isMissing = ({ episode, index, text }: Acknowledged): boolean => written.get(episode)?.[index]?.action !== text
  return {
    acknowledged: work.acknowledged.length,
    missing: work.acknowledged.filter(isMissing).length,
    wrong: work.wrong,
    faults: proxy.fates.reset + proxy.fates.freeze,
    groupsClosed: closed.length,
    closedTwice: closed.length - new Set(closed).size,
    failures,
  }
}

interface Acknowledged {
  readonly episode: string
  readonly index: number
  readonly text: string
}

interface Work {
  readonly port: number
  readonly rng: Rng
  readonly acknowledged: Acknowledged[]
  left: number
  wrong: number
}

async function worker(work: Work): Promise<void> {
  while (work.left > 0) {
    const name = work.rng.choice(['echo', 'sleepy'])
    const client = new Client(`ws://127.0.0.1:${work.port}/${name}/ws`)
    try {
      await within(until(() => client.socket.readyState !== client.socket.CONNECTING))
      while (work.left > 0 && client.closed === null) await episode(work, client, name)
    } catch {
      // Whatever ended this connection, the next one is another.
    }
    client.socket.terminate()
  }
}

async function episode(work: Work, client: Client, name: string): Promise<void> {
  const { rng } = work
  const number = work.left--
  const group = rng.int(0, 2) === 0 ? { group_id: `${name} ${number >> 3}`, group_size: 3 } : {}
  const start = await within(client.reset(group))
  if (start.type === 'error') return
  const id = String(start.data.episode_id)
  const steps = rng.int(1, 8)
  for (let index = 0; index < steps; index++) {
    const text = index === steps - 1 ? 'stop' : `${number} ${index}`
    if (rng.int(0, 30) === 0) client.raw(rng.choice(['{', '[]', '{"type":"step"}', '{"type":"x"}']))
    if (rng.int(0, 60) === 0) client.socket.terminate()
    const reply = await within(answerTo(client, text))
    if (reply.data.step === undefined || reply.data.step === null) return
    if (reply.data.observation?.text !== text || reply.data.step !== index) work.wrong++
    work.acknowledged.push({ episode: id, index, text })
  }
}

/** Errors are the answers to nonsense that was sent before. */
async function answerTo(client: Client, text: string) {
  client.send({ type: 'step', data: { action: text } })
  let reply = await client.next()
  if (reply.type === 'error' && reply.data.code !== 'EXECUTION_ERROR') reply = await client.next()
  return reply
}

/** As impatient clients are. */
function within<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no reply')), 500)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

const memoryLog = (written: Map<string, Step[]>): RunLog => ({
  episodeStarted: ({ trajectoryId }) => void written.set(trajectoryId, []),
  stepTaken: (step) => void written.get(step.trajectoryId)?.push(step),
  episodeEnded: () => {},
  rewardsArrived: () => {},
  groupClosed: () => {},
})
