import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { connect, type RemoteGym } from '../../../agents/remote/client.ts'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import { readRun } from '../../../records/index.ts'
import { segmentNames, segmentPath } from '../../../records/segments.ts'
import { natsBus } from '../../../server/shards/nats/bus.ts'
import { restoreFolder } from '../../../server/shards/restore.ts'
import { shardNames } from '../../../server/shards/shard-of.ts'
import { compiledPath } from '../../support/compiled.ts'
import { newFolder } from '../../support/folder.ts'
import { freePort } from '../../support/free-port.ts'
import { hasNatsServer, startedBroker } from '../../support/shards/nats-server.ts'

const COMMAND = compiledPath('bin/stepgym.ts')
/** More, such as 100, on a machine with more cores. */
const SESSIONS = Number(process.env.TEST_SESSIONS ?? 16)
const SHARDS = 3
const SIZE = 2
/** Milliseconds in which something is killed or paused, and in which sessions begin groups. */
const LONG_MS = Number(process.env.TEST_CLUSTER_MS ?? 40_000)
/** Milliseconds that a node is paused: longer than a lease. */
const PAUSE_MS = 6000

const HOOK = `export default { name: 'length', version: 1, scope: 'process', maxBatch: 16, timeoutMs: 60000,
  async reward(steps) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    return { perStep: steps.map(({ action }) => String(action).length) }
  } }`

/** A process of the command line that is started again whenever it was killed. */
class Supervised {
  readonly name: string
  readonly #args: readonly string[]
  readonly #folder: string
  #child: ChildProcess | null = null
  err = ''

  constructor(name: string, folder: string, args: readonly string[]) {
    this.name = name
    this.#folder = folder
    this.#args = args
    running.push(this)
    this.start()
  }

  start(): void {
    const child = spawn(process.execPath, [COMMAND, ...this.#args], { cwd: this.#folder })
    child.stdout.resume()
    child.stderr.on('data', (data: Buffer) => {
      this.err += data.toString()
    })
    this.#child = child
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await ended
  }
}

const running: Supervised[] = []
afterEach(async () => {
  for (const each of running.splice(0)) await each.end('SIGKILL')
})

/** What clients were answered. */
interface Answered {
  /** Actions of each episode, in order. */
  readonly steps: Map<string, string[]>
  readonly groups: string[]
  longestMs: number
}

/** Guesses that depend on the seed, the member and the step alone. */
const guessOf = (seed: number, member: number, step: number): string =>
  `${1 + ((seed * 31 + member * 17 + step * 13) % 100)}`

async function playedGroup(gym: RemoteGym, seed: number, answered: Answered): Promise<void> {
  const group = await gym.group({ size: SIZE, seed })
  const playing = group.episodes.map(async (episode, member) => {
    const actions: string[] = []
    answered.steps.set(episode.id, actions)
    for (let step = 0; episode.ending === null; step++) {
      const asked = performance.now()
      await episode.step(guessOf(seed, member, step))
      actions.push(guessOf(seed, member, step))
      answered.longestMs = Math.max(answered.longestMs, performance.now() - asked)
      await sleep(100)
    }
  })
  await Promise.all(playing)
  await group.closed
  answered.groups.push(group.id)
}

async function session(nodes: readonly string[], number: number, answered: Answered, until: number): Promise<void> {
  const gym = await connect(nodes, {
    ...{ shardKey: `session-${number}`, timeoutMs: 90_000, silenceMs: 2000 },
    retry: { attempts: 1000, baseMs: 50, maxMs: 400 },
  })
  for (let seed = number * 1000; performance.now() < until; seed++) await playedGroup(gym, seed, answered)
  await gym.close()
}

async function servedShards(nodes: readonly string[]): Promise<void> {
  for (;;) {
    const shards = await fetch(`${nodes[0]}/shards`)
      .then((response) => response.json() as Promise<{ readonly shards: readonly { readonly url: string | null }[] }>)
      .then((reply) => reply.shards)
      .catch(() => [])
    if (shards.length === SHARDS && shards.every(({ url }) => url !== null)) return
    await sleep(100)
  }
}

describe.skipIf(!hasNatsServer)('nodes, scorers, copies and broker', { timeout: 600_000 }, () => {
  it('lose no step and no group, double none and leave none unjudged, killed and paused at random', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'length.mjs'), HOOK)
    const broker = await startedBroker()
    const bus = ['--bus', broker.url]
    const shards = ['--shards', `${SHARDS}`, '--env', 'guess-number']
    const hooks = ['--hook', './length.mjs', '--hook', 'success']
    const ports = [await freePort(), await freePort(), await freePort()]
    const nodes = ports.map((port, index) => {
      const own = ['--record', `node-${index}`, '--node', `node-${index}`, '--port', `${port}`]
      return new Supervised(`node-${index}`, folder, [
        'serve',
        ...bus,
        ...shards,
        ...hooks,
        ...own,
        '--acknowledge',
        'feed',
      ])
    })
    const scorers = [0, 1].map(
      (index) => new Supervised(`scorer-${index}`, folder, ['work', ...bus, '--hook', './length.mjs']),
    )
    const copy = new Supervised('copy', folder, [
      ...['feed', ...bus, ...shards, '--out', 'copy', '--format', 'chat', '--estimator', 'grpo'],
      ...['--groups-per-file', '3'],
    ])
    const urls = ports.map((port) => `http://127.0.0.1:${port}`)
    await servedShards(urls)
    const answered: Answered = { steps: new Map(), groups: [], longestMs: 0 }
    const until = performance.now() + LONG_MS
    const addresses = urls.map((url) => `${url}/guess-number`)
    const playing = Promise.all(
      Array.from({ length: SESSIONS }, (_, number) => session(addresses, number, answered, until)),
    )
    const rng = new Rng(keyOfSeed(12), 0)
    const [first, second, third] = nodes
    const [scorer] = scorers
    const faults: readonly (() => Promise<void>)[] = [
      () => restarted(first),
      () => restarted(scorer),
      async () => {
        second?.signal('SIGSTOP')
        await sleep(PAUSE_MS)
        second?.signal('SIGCONT')
      },
      () => restarted(copy),
      async () => {
        await broker.stop()
        await sleep(500)
        await broker.start()
      },
      () => restarted(copy),
      () => restarted(third),
    ]
    for (const fault of faults) {
      await sleep(500 + rng.int(0, Math.floor(LONG_MS / 12)))
      await fault()
    }
    await playing
    const records = await restored(broker.url)
    const found = records.flatMap((at) => [...readRun(at).trajectories()])
    const inRecord = new Map(found.map(({ trajectory }) => [trajectory.id, trajectory]))
    let steps = 0
    for (const [id, actions] of answered.steps) {
      steps += actions.length
      expect(inRecord.get(id)?.steps.map(({ action }) => action)).toEqual(actions)
      const judged = inRecord.get(id)?.steps.map(({ rewards }) => rewards.filter(({ name }) => name === 'length'))
      expect(judged?.map((each) => each.map(({ value }) => value))).toEqual(actions.map(({ length }) => [length]))
    }
    const closed = records.flatMap((at) => [...readRun(at).groups()].map(({ group }) => group.id))
    expect(new Set(closed).size).toBe(closed.length)
    expect(answered.groups.filter((id) => !closed.includes(id))).toEqual([])
    for (const each of [...nodes, ...scorers, copy]) await each.end('SIGTERM')
    console.log(
      `${SESSIONS} sessions: ${steps} steps and ${answered.groups.length} groups answered, none lost, doubled or unjudged;`,
      `the longest that a client waited for a step: ${Math.round(answered.longestMs)} ms`,
    )
    // The node that was paused said why it stopped serving.
    expect(second?.err).toMatch(/writes this shard|was released or lost/)
    for (const [index, at] of records.entries())
      expect(bytesOf(at)).toBe(bytesOf(join(folder, 'copy', `${index}`, 'guess-number')))
    const rows = records.flatMap((_, index) => rowsIn(join(folder, 'copy', `${index}`, 'guess-number.chat.jsonl')))
    const exported = found.filter(({ trajectory: { ending, steps } }) => ending !== 'aborted' && steps.length > 0)
    expect(rows.map(({ stepgym }) => stepgym.trajectory).sort()).toEqual(
      exported.map(({ trajectory }) => trajectory.id).sort(),
    )
    for (const { stepgym } of rows)
      expect(stepgym.steps.every((step) => typeof step.advantages?.grpo === 'number')).toBe(true)
  })
})

async function restarted(process: Supervised | undefined): Promise<void> {
  await process?.end('SIGKILL')
  process?.start()
}

/** Records of all shards, from their feeds alone. */
async function restored(url: string): Promise<readonly string[]> {
  const bus = await natsBus(url)
  const at = newFolder()
  const folders = shardNames(SHARDS).map((shard) => join(at, shard))
  for (const [index, folder] of folders.entries()) await restoreFolder(bus.feed(`${index}`, 'guess-number'), folder)
  await bus.close()
  return folders
}

interface Row {
  readonly stepgym: {
    readonly trajectory: string
    readonly steps: readonly { readonly advantages?: { readonly grpo: number | null } }[]
  }
}

/** Rows of the files that the feed wrote. */
const rowsIn = (folder: string): readonly Row[] =>
  readdirSync(folder).flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line): Row => JSON.parse(line)),
  )

const bytesOf = (folder: string): string =>
  segmentNames(folder)
    .map((_, number) => readFileSync(segmentPath(folder, number), 'utf8'))
    .join('')
