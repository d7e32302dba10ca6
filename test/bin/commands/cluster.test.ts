import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { connect } from '../../../agents/remote/client.ts'
import { readRun } from '../../../records/reader.ts'
import { natsBus } from '../../../server/shards/nats/bus.ts'
import { run } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import { until } from '../../support/server/client.ts'
import { hasNatsServer, startedBroker } from '../../support/shards/nats-server.ts'

describe('serve as one of several nodes', () => {
  it.each([
    [['--shards', '2'], '--shards is for several nodes'],
    [['--acknowledge', 'feed'], '--acknowledge is for several nodes'],
    [['--bus', 'nats://127.0.0.1:1'], '--bus needs --record'],
    [['--bus', 'redis://127.0.0.1', '--record', 'runs'], 'nats://HOST:PORT'],
    [['--bus', 'nats://127.0.0.1:1', '--record', 'runs'], 'does not answer'],
    [['--bus', 'nats://127.0.0.1:1', '--shards', '0', '--record', 'runs'], 'a whole number from 1'],
  ])('refuses %j, and says why', async (flags, why) => {
    const { code, err } = await run(['serve', '--port', '0', '--env', 'guess-number', ...flags], {
      folder: newFolder(),
    })
    expect([code, err]).toEqual([expect.any(Number), expect.stringContaining(why)])
    expect(code).not.toBe(0)
  })

  it.each([
    [['--estimator', 'grpo'], '--estimator says what files have: name their format with --format'],
    [['--groups-per-file', '3'], '--groups-per-file says what files have'],
    [['--format', 'parquet', '--score', 'success'], '--score is for the formats'],
  ])('has feed refuse %j', async (flags, why) => {
    const feed = ['feed', '--bus', 'nats://127.0.0.1:1', '--env', 'dice', '--out', 'fed']
    expect((await run([...feed, ...flags], { folder: newFolder() })).err).toContain(why)
  })

  it('has work name a process hook', async () => {
    const { err } = await run(['work', '--bus', 'nats://127.0.0.1:1', '--hook', 'success'])
    expect(err).toContain('name a process hook')
  })
})

/** Where nodes serve two shards, once they do. */
async function addressesOf(bus: string): Promise<readonly string[]> {
  const watching = await natsBus(bus)
  const urls = new Map<string, string>()
  const unwatch = await watching.directory.watch((shard, owner) => owner?.url && urls.set(shard, owner.url))
  await until(() => urls.size === 2)
  unwatch()
  await watching.close()
  return [...urls.values()].map((url) => `${new URL(url).origin}/guess-number`)
}

/** Judges once it is open, and says where it was opened. */
const HOOK = `import { appendFileSync } from 'node:fs'
const hook = { name: 'length', version: 1, scope: 'process', maxBatch: 8, options: { at: '' },
  reward: (steps) => ({ perStep: steps.map(() => null) }),
  async open({ at }) {
    appendFileSync(at, 'opened ')
    return { ...hook, reward: (steps) => ({ perStep: steps.map(({ action }) => String(action).length) }) }
  } }
export default hook`

const isByLength = ({ name }: { readonly name: string }): boolean => name === 'length'

describe.skipIf(!hasNatsServer)('two nodes, a scorer and a copy', () => {
  it('serve, judge and copy what a client does', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'length.mjs'), HOOK)
    const opened = join(folder, 'opened')
    writeFileSync(
      join(folder, 'stepgym.config.json'),
      JSON.stringify({ hooks: [{ name: './length.mjs', options: { at: opened } }] }),
    )
    const broker = await startedBroker()
    const stop = new AbortController()
    const given = { folder, signal: stop.signal }
    const bus = ['--bus', broker.url, '--shards', '2']
    const game = ['--env', 'guess-number']
    const node = (name: string) =>
      run(
        [
          ...['serve', ...bus, ...game, '--record', name, '--node', name, '--port', '0'],
          ...['--acknowledge', 'feed', '--json'],
        ],
        given,
      )
    const nodes = ['a', 'b'].map(node)
    const work = run(['work', '--bus', broker.url], given)
    const copy = run(['feed', ...bus, ...game, '--out', 'copy', '--format', 'chat'], given)
    const gym = await connect(await addressesOf(broker.url), { shardKey: 'one' })
    const episode = await gym.reset({ seed: 5 })
    await episode.step('50')
    const other = await gym.reset({ seed: 6, maxSteps: 1 })
    await other.step('50')
    const copied = () =>
      ['0', '1'].flatMap((shard) => {
        const at = join(folder, 'copy', shard, 'guess-number')
        return existsSync(join(at, 'manifest.json')) ? [...readRun(at).trajectories()] : []
      })
    const isJudged = (id: string): boolean =>
      copied().some(({ trajectory }) => trajectory.id === id && trajectory.steps[0]?.rewards.some(isByLength) === true)
    await until(() => isJudged(episode.id) && isJudged(other.id))
    expect(copied()[0]?.trajectory.steps[0]?.rewards.find(isByLength)?.value).toBe(2)
    await gym.close()
    stop.abort()
    const ends = await Promise.all([...nodes, work, copy])
    expect(ends.map(({ code }) => code)).toEqual(ends.map(() => 0))
    expect(ends.map(({ err }) => err)).toEqual([
      '',
      '',
      '',
      expect.stringMatching(/00000000-0000000\d\.jsonl: \d rows?\n$/),
    ])
    const files = ['0', '1'].map((shard) => join(folder, 'copy', shard, 'guess-number.chat.jsonl'))
    const rows = files.flatMap((at) =>
      existsSync(at) ? readdirSync(at).map((name) => readFileSync(join(at, name))) : [],
    )
    expect(rows.map(String)).toEqual([expect.stringContaining(other.id)])
    expect(readFileSync(opened, 'utf8')).toBe('opened ')
    expect(ends[2]?.out).toContain('judging by length@1')
  })
})
