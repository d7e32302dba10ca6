import { afterEach, describe, expect, it } from 'vitest'
import { connect } from '../../../agents/remote/client.ts'
import { LocalBus } from '../../../server/shards/local/bus.ts'
import { closeAfterTest } from '../../support/cleanup.ts'
import { until } from '../../support/server/client.ts'
import { diceNode, failures, shardsOf } from '../../support/shards/nodes.ts'

afterEach(() => void failures.splice(0))

describe('nodes that have shards', () => {
  it('give up what a node that joins should have, with its sessions and every step', async () => {
    const bus = new LocalBus()
    const first = await diceNode(bus, 'a', { shards: 4 })
    await until(() => first.node.shards.length === 4)
    const gyms = await Promise.all(
      ['k1', 'k2', 'k3', 'k4', 'k5', 'k6'].map((shardKey) =>
        connect([`${first.url}/dice`], { shardKey, retry: { attempts: 100, baseMs: 20, maxMs: 100 } }),
      ),
    )
    closeAfterTest(() => Promise.all(gyms.map((gym) => gym.close())))
    const episodes = await Promise.all(gyms.map((gym) => gym.reset({ seed: 3, maxSteps: 6 })))
    for (const episode of episodes) await episode.step('1')
    const joining = await diceNode(bus.node(), 'b', { shards: 4 })
    await until(() => joining.node.shards.length === 2)
    expect(shardsOf([first, joining])).toEqual(['0', '1', '2', '3'])
    const steps = await Promise.all(episodes.map((episode) => episode.step('1')))
    expect(steps.map(({ index }) => index)).toEqual(episodes.map(() => 1))
    expect(failures).toEqual([])
  })

  it('keep what only their own disk has, also when a node joins', async () => {
    const bus = new LocalBus()
    const own = await diceNode(bus, 'a', { acknowledge: 'local' })
    await until(() => own.node.shards.length === 2)
    const joining = await diceNode(bus.node(), 'b', { shards: 3, acknowledge: 'local' })
    await until(() => joining.node.shards.includes('2'))
    expect(own.node.shards).toEqual(['0', '1'])
  })
})
