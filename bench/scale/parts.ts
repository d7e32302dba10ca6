import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Step } from '../../core/data/types.ts'
import { openWorld, type World } from '../../core/episode/world.ts'
import { hookSet } from '../../core/reward/hook.ts'
import { createRun } from '../../records/index.ts'
import { recordedStore } from '../../server/hosting/run-store.ts'
import type { Bus } from '../../server/shards/bus.ts'
import { natsBus } from '../../server/shards/nats/bus.ts'
import { Relay } from '../../server/shards/relay.ts'
import { Shard } from '../../server/shards/shard.ts'
import { printRates, rates, rounded } from '../measure.ts'
import { keepFigures } from '../results.ts'
import { echo } from '../wire/kit/echo.ts'
import { type BenchBroker, benchBroker, SHARE } from './kit/broker.ts'

/**
 * What a cluster does beside steps: record lines that a relay sends to the feed, the time until another node serves a
 * shard of that size once it has the claim (to be under 3 s for 100,000 steps), and jobs of scorers, each a process of
 * its own (to scale to 0.8 of linear at two).
 */
const SIZES = [1000, 10_000, 100_000].map((steps) => Math.ceil(steps * SHARE))
const JOBS = Math.ceil(400 * SHARE)
const EPISODE = 50
const hooks = hookSet([])

interface Record {
  readonly shard: string
  readonly steps: number
}

/** Sends a record to its feed, and has another node take it over. */
async function takenOver({ folder }: BenchBroker, bus: Bus, world: World, { shard, steps }: Record): Promise<void> {
  const source = join(folder, 'source', shard)
  const lines = write(source, world, steps)
  const feed = bus.feed(shard, 'echo')
  const first = await bus.directory.claim(shard, 'first')
  await feed.fence({ epoch: first?.epoch ?? 1, node: 'first', acknowledge: 'feed' })
  const relay = new Relay(source, Promise.resolve(feed), (error) => console.error(error))
  const sent = await timed(() => relay.flush())
  relay.stop()
  await first?.release()
  const claim = await bus.directory.claim(shard, 'second')
  if (!claim) throw new Error(`shard ${shard} is not free`)
  const opened = await timed(() =>
    Shard.open(claim, {
      ...{ bus, node: 'second', acknowledge: 'feed', folder: join(folder, 'second') },
      storeIn: (at, opening) => recordedStore(at, { world: opening, agent: 'clients', hooks }),
      server: { environments: [{ name: 'echo', load: async () => echo }], hooks },
      failed: (doing, error) => console.error(doing, error),
    }),
  )
  keep(`record of ${steps} steps to its feed`, 'lines', lines / sent.seconds)
  keep(`take-over of ${steps} steps`, 'steps', steps / opened.seconds)
  console.log(
    `${steps} steps: ${rounded(lines / sent.seconds)} lines/s to the feed; taken over in ${opened.seconds.toFixed(2)} s, ${opened.processorSeconds.toFixed(2)} s of this process`,
  )
  await opened.result.release('the benchmark ends')
}

/** Episodes that have ended, of pages of 2 KB. @returns its lines */
function write(folder: string, world: World, steps: number): number {
  const log = createRun(folder, { world, agent: 'clients', hooks })
  const observation = 'red leather shoes, price 19.99; '.repeat(64)
  const origin = { environment: world.environment.id, taskId: 'default', seed: 1, member: 0, forkPath: '' }
  let lines = 0
  for (let done = 0; done < steps; done += EPISODE, lines += EPISODE + 2) {
    const trajectoryId = `t${done}`
    const anchors = { state: 'hello' }
    log.episodeStarted({
      ...{ ...origin, trajectoryId, groupId: null, agent: 'clients', split: 'train', maxSteps: EPISODE },
      ...{ observation, anchors, resetEffects: [], past: [] },
    })
    for (let index = 0; index < EPISODE; index++) log.stepTaken(stepOf(trajectoryId, index, observation))
    const ended = { ending: 'truncated' as const, endingReason: null, rewards: [], steps: [] }
    log.episodeEnded({ ...origin, id: trajectoryId, groupId: null, ...ended })
  }
  log.close()
  return lines
}

const stepOf = (trajectoryId: string, index: number, observation: string): Step => ({
  ...{ trajectoryId, index, action: 'hello', forkPath: '', effects: [], isActionValid: true, info: {} },
  ...{ observation, anchors: { state: 'hello' }, nextObservation: observation, nextAnchors: { state: 'hello' } },
  ...{ rewards: [{ name: 'env', version: 1, latencyMs: 0, value: 0 }], terminated: false },
  truncated: index === EPISODE - 1,
})

async function timed<T>(work: () => Promise<T>) {
  const [at, used] = [performance.now(), process.cpuUsage()]
  const result = await work()
  const { user, system } = process.cpuUsage(used)
  return { result, seconds: (performance.now() - at) / 1000, processorSeconds: (user + system) / 1e6 }
}

function keep(title: string, unit: string, perSecond: number): void {
  keepFigures(title, unit, [{ name: 'stepgym', perSecond, lowest: perSecond, highest: perSecond }])
}

/** A hook that works for 5 ms on a batch. */
const hookOf = (name: string): string => `export default { name: '${name}', version: 1, scope: 'process', maxBatch: 16,
  reward(steps) {
    for (const end = performance.now() + 5; performance.now() < end; );
    return { perStep: steps.map(() => 1) }
  } }`

async function scored({ url, folder }: BenchBroker, bus: Bus): Promise<void> {
  const workers = [...scorersOf(url, folder, 'one', 1), ...scorersOf(url, folder, 'two', 2)]
  let number = 0
  const run = (hook: string) => async (count: number) => {
    const steps = () => Array.from({ length: 16 }, (_, index) => stepOf(`j${number}`, index, `${number++}`))
    const jobs = Array.from({ length: count }, () => ({ hook, version: 1, steps: steps(), groups: new Map() }))
    await Promise.all(jobs.map((job) => bus.scorersOf('0').submit(job)))
  }
  for (const hook of ['one', 'two']) await run(hook)(4)
  const entries = ['one', 'two'].map((hook) => ({
    name: `${hook} scorer${hook === 'two' ? 's' : ''}`,
    count: JOBS,
    run: run(hook),
  }))
  printRates('jobs of sixteen steps, 5 ms each', 'jobs', await rates(entries, SHARE < 1 ? 3 : 7))
  for (const worker of workers) worker.kill('SIGKILL')
}

function scorersOf(url: string, folder: string, hook: string, count: number): readonly ChildProcess[] {
  writeFileSync(join(folder, `${hook}.mjs`), hookOf(hook))
  const command = join(import.meta.dirname, '..', '..', 'bin', 'stepgym.ts')
  const args = ['--import', import.meta.resolve('tsx'), command, 'work', '--bus', url, '--hook', `./${hook}.mjs`]
  return Array.from({ length: count }, () => {
    const scorer = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
    // Without it, jobs would wait and the benchmark never end.
    return scorer.once('exit', (code) => code !== null && process.exit(1))
  })
}

const broker = await benchBroker()
if (broker) {
  const bus = await natsBus(broker.url)
  const world = await openWorld(echo)
  for (const [shard, steps] of SIZES.entries()) await takenOver(broker, bus, world, { shard: `${shard}`, steps })
  await scored(broker, bus)
  await bus.close()
  broker.stop()
}
