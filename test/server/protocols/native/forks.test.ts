import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectSync } from '../../../../core/data/maybe-promise.ts'
import type { Episode } from '../../../../core/episode/episode.ts'
import { fork, restore, snapshotOf } from '../../../../core/episode/fork.ts'
import { openWorld } from '../../../../core/episode/world.ts'
import { Sealer } from '../../../../server/protocols/native/snapshots.ts'
import { dice, started } from '../../../support/core-worlds.ts'
import { served } from '../../../support/server/client.ts'
import { NativeClient } from '../../../support/server/native-client.ts'
import { echo } from '../../../support/server/worlds.ts'

const KEY = Buffer.alloc(32, 7)

/** What an episode shows, step by step, for the same actions. */
async function textsFrom(client: NativeClient, episode: string): Promise<readonly string[]> {
  const seen: string[] = []
  for (const action of ['1', '2', '3']) seen.push((await client.ask({ type: 'step', episode, action })).observation)
  return seen
}

function textAfter(episode: Episode, action: string): string {
  expectSync(episode.step(action))
  return episode.text()
}

async function startedEpisode(settings: Parameters<typeof served>[1] = {}) {
  const server = await served([dice], settings)
  const client = new NativeClient(`${server.url}/dice/ws`)
  const { episode } = await client.ask({ type: 'reset', seed: 11, task: 'a' })
  await client.ask({ type: 'step', episode, action: '5' })
  return { server, client, episode }
}

describe('futures over the native dialect', () => {
  it('fork k at once, each with its own random stream, as in the kernel', async () => {
    const { client, episode } = await startedEpisode()
    const { episodes } = await client.ask({ type: 'fork', episode, count: 4 })
    const again = await client.ask({ type: 'fork', episode })
    const all = [...episodes, ...again.episodes]
    expect(all.map(({ index, forkPath }) => [index, forkPath])).toEqual([0, 1, 2, 3, 4].map((n) => [1, `${n}`]))
    const futures = await Promise.all(all.map((each) => textsFrom(client, each.episode)))
    expect(new Set(futures.map(String)).size).toBeGreaterThan(3)
    const plain = await started(dice, { seed: 11 })
    expectSync(plain.step('5'))
    for (const future of futures) {
      const twin = expectSync(fork(plain))
      expect(future).toEqual(['1', '2', '3'].map((action) => textAfter(twin, action)))
    }
  })

  it('share one random stream if they are common', async () => {
    const { client, episode } = await startedEpisode()
    const { episodes } = await client.ask({ type: 'fork', episode, count: 2, rng: 'common' })
    const { episodes: others } = await client.ask({ type: 'fork', episode, rng: 'common', number: 1 })
    const [zero, one, oneAgain] = await Promise.all(
      [...episodes, ...others].map((each) => textsFrom(client, each.episode)),
    )
    expect(one).toEqual(oneAgain)
    expect(one).not.toEqual(zero)
  })

  it('start at a snapshot any number of times, with a new random stream each time', async () => {
    const { client, episode } = await startedEpisode()
    const { snapshot } = await client.ask({ type: 'snapshot', episode })
    const onward = await textsFrom(client, episode)
    const restored = await client.ask({ type: 'restore', snapshot: snapshot ?? '' })
    expect(restored).toMatchObject({ index: 1, forkPath: '' })
    expect(await textsFrom(client, restored.episode)).toEqual(onward)
    const forks = [1, 2].map(() => client.ask({ type: 'fork', snapshot: snapshot ?? '', count: 2 }))
    const paths = (await Promise.all(forks)).flatMap(({ episodes }) => episodes.map(({ forkPath }) => forkPath))
    expect(new Set(paths).size).toBe(4)
    await client.ask({ type: 'close', snapshot: snapshot ?? '' })
    await expect(client.ask({ type: 'restore', snapshot: snapshot ?? '' })).rejects.toThrow('SNAPSHOT_UNKNOWN')
  })

  it('discard the snapshot that was unused longest', async () => {
    const { client, episode } = await startedEpisode({ limits: { snapshots: 2 } })
    const take = async () => (await client.ask({ type: 'snapshot', episode })).snapshot ?? ''
    const [first, second] = [await take(), await take()]
    await client.ask({ type: 'restore', snapshot: first })
    await take()
    await expect(client.ask({ type: 'restore', snapshot: second })).rejects.toThrow('SNAPSHOT_UNKNOWN')
    await client.ask({ type: 'restore', snapshot: first })
  })

  it('are of one session only', async () => {
    const { server, client, episode } = await startedEpisode()
    const { snapshot } = await client.ask({ type: 'snapshot', episode })
    const other = new NativeClient(`${server.url}/dice/ws`)
    await expect(other.ask({ type: 'restore', snapshot: snapshot ?? '' })).rejects.toThrow('SNAPSHOT_UNKNOWN')
    await expect(other.ask({ type: 'fork', episode })).rejects.toThrow('EPISODE_UNKNOWN')
  })

  it('travel sealed to another server of the same key, and to no other', async () => {
    const { client, episode } = await startedEpisode({ sealKey: KEY })
    const { sealed, snapshot } = await client.ask({ type: 'snapshot', episode, sealed: true })
    expect(snapshot).toBe(null)
    const onward = await textsFrom(client, episode)
    const elsewhere = new NativeClient(`${(await served([dice], { sealKey: KEY })).url}/dice/ws`)
    const restored = await elsewhere.ask({ type: 'restore', sealed: sealed ?? '' })
    expect(await textsFrom(elsewhere, restored.episode)).toEqual(onward)
    const { episodes } = await elsewhere.ask({ type: 'fork', sealed: sealed ?? '', count: 2 })
    expect(episodes.map(({ forkPath }) => forkPath)).toEqual(['0', '1'])
    for (const settings of [{}, { sealKey: Buffer.alloc(32, 8) }]) {
      const stranger = new NativeClient(`${(await served([dice], settings)).url}/dice/ws`)
      await expect(stranger.ask({ type: 'restore', sealed: sealed ?? '' })).rejects.toThrow('SNAPSHOT_FOREIGN')
    }
    const otherWorld = new NativeClient(`${(await served([echo], { sealKey: KEY })).url}/echo/ws`)
    await expect(otherWorld.ask({ type: 'restore', sealed: sealed ?? '' })).rejects.toThrow('SNAPSHOT_FOREIGN')
  })

  it('are not of an episode that has ended', async () => {
    const { client, episode } = await startedEpisode()
    const { snapshot } = await client.ask({ type: 'snapshot', episode })
    await client.ask({ type: 'close', episode })
    await expect(client.ask({ type: 'snapshot', episode })).rejects.toThrow('EPISODE_ENDED')
    await expect(client.ask({ type: 'fork', episode })).rejects.toThrow('EPISODE_ENDED')
    expect(await client.ask({ type: 'restore', snapshot: snapshot ?? '' })).toMatchObject({ ending: null })
  })

  it('all begin or none', async () => {
    const { server, client, episode } = await startedEpisode({ limits: { episodes: 4 } })
    await expect(client.ask({ type: 'fork', episode, count: 4 })).rejects.toThrow('CAPACITY_REACHED')
    expect(server.host.counts.episodes).toBe(1)
    expect((await client.ask({ type: 'fork', episode, count: 3 })).episodes).toHaveLength(3)
  })
})

describe('sealed snapshots', () => {
  it('open as they were sealed', async () => {
    const world = await openWorld(dice)
    const sealer = new Sealer(KEY, 10_000)
    const episode = await started(dice, { seed: 3 })
    for (const action of ['1', 'nonsense', '2']) expectSync(episode.step(action))
    const snapshot = snapshotOf(episode)
    expect(sealer.open(world, sealer.seal(world, snapshot))).toEqual(snapshot)
    const onward = expectSync(restore(world, sealer.open(world, sealer.seal(world, snapshot))))
    expect([onward.text(), onward.index]).toEqual([episode.text(), 3])
    expect(() => new Sealer(KEY, 10).seal(world, snapshot)).toThrow(
      expect.objectContaining({ code: 'STATE_TOO_LARGE' }),
    )
    expect(sealer.seal(world, snapshot)).not.toContain('total')
  })

  it('do not open when a single bit is changed, nor anything else', async () => {
    const world = await openWorld(dice)
    const sealer = new Sealer(KEY, 10_000)
    const bytes = Buffer.from(sealer.seal(world, snapshotOf(await started(dice))), 'base64url')
    const refusal = expect.objectContaining({ code: 'SNAPSHOT_FOREIGN' })
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
        const changed = Buffer.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ (1 << bit)
        expect(() => sealer.open(world, changed.toString('base64url'))).toThrow(refusal)
      }),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.uint8Array({ maxLength: 60 }).map((a) => Buffer.from(a).toString('base64url')),
        ),
        (text) => {
          expect(() => sealer.open(world, text)).toThrow(refusal)
        },
      ),
    )
    expect(() => sealer.open(world, `${bytes.toString('base64url')}=`)).toThrow(refusal)
    for (let cut = 0; cut < bytes.length; cut += 7)
      expect(() => sealer.open(world, bytes.subarray(0, cut).toString('base64url'))).toThrow(refusal)
  })
})
