import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { connect } from '../../../agents/remote/client.ts'
import { readRun } from '../../../records/reader.ts'
import { LocalBus } from '../../../server/shards/local/bus.ts'
import { closeAfterTest } from '../../support/cleanup.ts'
import { until } from '../../support/server/client.ts'
import { diceNode, type Found, failures, json, type Listed, shardsOf } from '../../support/shards/nodes.ts'

afterEach(() => void failures.splice(0))

describe('nodes that share shards', () => {
  it('have each shard once, and each says of every one where it is', async () => {
    const bus = new LocalBus()
    const nodes = [await diceNode(bus, 'a'), await diceNode(bus.node(), 'b')]
    await until(() => shardsOf(nodes).length === 2)
    expect(nodes.map((each) => each.node.shards.length)).toEqual([1, 1])
    const [first] = await Promise.all(nodes.map(({ url }) => json<Listed>(`${url}/shards`)))
    expect(first?.shards.map(({ shard }) => shard)).toEqual(['0', '1'])
    for (const { url } of nodes) expect(await json(`${url}/shards`)).toEqual(first)
    const { shard, url } = await json<Found>(`${nodes[0]?.url}/shards?key=mine`)
    expect(await json(`${nodes[1]?.url}/shards/${shard}`)).toEqual({ shard, url })
    expect(await json(`${url}/health`)).toMatchObject({ status: 'healthy' })
  })

  it('refuse what is not theirs, and say where to ask', async () => {
    const nodes = [await diceNode(new LocalBus(), 'a')]
    await until(() => shardsOf(nodes).length === 2)
    const url = nodes[0]?.url
    expect(await json(`${url}/shards/7`)).toMatchObject({ error: { code: 'FRAME_UNKNOWN' } })
    expect(await json(`${url}/dice/schema`)).toMatchObject({ error: { code: 'FRAME_UNKNOWN' } })
    const figures = await (await fetch(`${url}/metrics`)).text()
    expect(['0', '1'].map((shard) => figures.includes(`stepgym_episodes{shard="${shard}"} 0`))).toEqual([true, true])
    expect(figures.match(/# TYPE stepgym_episodes /g)).toHaveLength(1)
    await nodes[0]?.close()
  })

  it('take over a shard that is handed over, with its sessions and every step', async () => {
    const bus = new LocalBus()
    const leaving = await diceNode(bus, 'a')
    await until(() => leaving.node.shards.length === 2)
    const staying = await diceNode(bus.node(), 'b')
    await until(() => staying.node.shards.length === 1)
    const gym = await connect(
      [leaving.url, staying.url].map((url) => `${url}/dice`),
      {
        ...{ shardKey: 'session-1', retry: { attempts: 100, baseMs: 20, maxMs: 100 } },
      },
    )
    closeAfterTest(() => gym.close())
    const episode = await gym.reset({ seed: 3, maxSteps: 6 })
    const before = [await episode.step('1'), await episode.step('1')]
    const asked = episode.step('1')
    await asked
    await leaving.close()
    const after = [await episode.step('1'), await episode.step('1')]
    expect([...before, ...after].map(({ index }) => index)).toEqual([0, 1, 3, 4])
    const { shard } = await json<Found>(`${staying.url}/shards?key=session-1`)
    const run = readRun(join(staying.folder, shard, 'dice'))
    expect([...run.trajectories()].map(({ trajectory }) => trajectory.steps.length)).toEqual([5])
    expect(failures).toEqual([])
  })

  it('leave a shard alone whose steps another acknowledged by its own disk, until that returns', async () => {
    const bus = new LocalBus()
    const own = await diceNode(bus, 'a', { acknowledge: 'local' })
    await until(() => own.node.shards.length === 2)
    const urls = [`${own.url}/dice`]
    const gym = await connect(urls, { shardKey: 'k' })
    const episode = await gym.reset({ maxSteps: 6 })
    await episode.step('1')
    const { shard } = await json<Found>(`${own.url}/shards?key=k`)
    await own.close()
    const other = await diceNode(bus.node(), 'b', { acknowledge: 'local' })
    await until(() => other.node.shards.length === 1)
    expect(other.node.shards).not.toContain(shard)
    const again = await diceNode(bus.node(), 'a', { acknowledge: 'local', folder: own.folder })
    await until(() => again.node.shards.includes(shard))
    await gym.close()
  })
})
