import { describe, expect, it } from 'vitest'
import type { RemoteEpisode } from '../../../agents/remote/episode.ts'
import { connect } from '../../../agents/remote/gym.ts'
import { Rng } from '../../../core/data/rng.ts'
import { pass, stopClock } from '../../support/clock.ts'
import { dice } from '../../support/core-worlds.ts'
import { quiet, served } from '../../support/server/client.ts'
import { late } from '../../support/server/native-worlds.ts'
import { gated } from '../../support/server/worlds.ts'
import { proxyTo } from './proxy.ts'

const code = (name: string) => expect.objectContaining({ code: name })
const QUICK = { retry: { attempts: 20, baseMs: 1, maxMs: 20 } }

/** What a member of these groups sees, step by step. */
async function played(episode: RemoteEpisode): Promise<readonly unknown[]> {
  const seen: unknown[] = [episode.observation]
  while (episode.ending === null) {
    const action = `${(episode.index % 3) + 1}`
    const { index, observation, reward, ending } = await episode.step(action)
    seen.push([index, action, observation, reward, ending])
  }
  return seen
}

describe('a connection that breaks', () => {
  it('continues where it was, and takes the step in progress once', async () => {
    const { environment, release } = gated()
    const server = await served([environment])
    const proxy = await proxyTo(server.url)
    const gym = await connect(proxy.url, QUICK)
    const episode = await gym.reset()
    const stepping = episode.step('slow')
    await expect.poll(() => server.host.environmentHosts[0]?.episode(episode.id) !== undefined).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 20))
    proxy.cut()
    release('slow')
    expect(await stepping).toMatchObject({ index: 0, observation: 'slow' })
    const next = episode.step('next')
    const releasing = setInterval(() => release('next'), 3)
    expect(await next).toMatchObject({ index: 1, observation: 'next' })
    clearInterval(releasing)
    expect(proxy.connections).toBe(2)
    await gym.close()
    await quiet(server)
  })

  it('reconnects when a half-open connection receives nothing', async () => {
    const server = await served([dice])
    const proxy = await proxyTo(server.url)
    // Longer than a busy machine pauses: a connection that answers late is not replaced.
    const gym = await connect(proxy.url, { ...QUICK, silenceMs: 1000 })
    const episode = await gym.reset({ seed: 1 })
    proxy.freeze()
    expect((await episode.step('2')).index).toBe(0)
    expect(proxy.connections).toBe(2)
    await gym.close()
  })

  it('starts a new session if the server does not know the old one', async () => {
    const server = await served([dice])
    const proxy = await proxyTo(server.url)
    const gym = await connect(proxy.url, QUICK)
    proxy.cut()
    const episode = await gym.reset({ seed: 1 })
    expect((await episode.step('2')).index).toBe(0)
    await gym.close()
    await quiet(server)
  })

  it('is given up after as many attempts as are allowed, and everything that waits with it', async () => {
    const server = await served([dice])
    const proxy = await proxyTo(server.url)
    const gym = await connect(proxy.url, { retry: { attempts: 3, baseMs: 1, maxMs: 5 } })
    const group = await gym.group({ size: 1 })
    const events = gym.events()
    proxy.refuse(true)
    proxy.cut()
    await expect(group.episodes[0]?.step('1')).rejects.toThrow(/tried 3 times/)
    await expect(group.closed).rejects.toThrow(code('CONNECTION_LOST'))
    await expect(events.next()).rejects.toThrow(code('CONNECTION_LOST'))
    await expect(gym.reset()).rejects.toThrow(code('CONNECTION_LOST'))
    await gym.close()
  })

  it('comes back to a server that was away for a while', async () => {
    const server = await served([dice])
    const proxy = await proxyTo(server.url)
    const gym = await connect(proxy.url, { retry: { attempts: 100, baseMs: 1, maxMs: 5 } })
    const episode = await gym.reset()
    proxy.refuse(true)
    proxy.cut()
    const stepping = episode.step('1')
    setTimeout(() => proxy.refuse(false), 50)
    expect((await stepping).index).toBe(0)
    await gym.close()
  })

  it('may break any number of times, as long as something gets through in between', async () => {
    const server = await served([dice])
    const proxy = await proxyTo(server.url)
    const gym = await connect(proxy.url, { retry: { attempts: 2, baseMs: 1, maxMs: 2 } })
    const episode = await gym.reset()
    for (let index = 0; index < 6; index++) {
      proxy.cut()
      expect((await episode.step('1')).index).toBe(index)
    }
    expect(proxy.connections).toBe(7)
    await gym.close()
  })

  it('fails requests that are not answered in time, and takes no late reply for another', async () => {
    const { environment, release } = gated()
    const gym = await connect((await served([environment])).url, { timeoutMs: 40 })
    stopClock()
    const episode = await gym.reset()
    const late = expect(episode.step('slow')).rejects.toThrow(code('REPLY_LATE'))
    await pass(40)
    await late
    const other = await gym.reset()
    release('slow')
    const stepping = other.step('quick')
    const releasing = setInterval(() => release('quick'), 3)
    expect(await stepping).toMatchObject({ episode: other.id, observation: 'quick' })
    clearInterval(releasing)
    await expect(episode.step('other')).rejects.toThrow(code('REQUEST_CONFLICT'))
    await gym.close()
  })

  it.each([1, 2, 3])('does not change the episodes, however often it breaks: %i', async (seed) => {
    const server = await served([dice], { hooks: [late] })
    const still = await connect(server.url)
    const expected = await still.group({ size: 6, seed, task: 'a' })
    const expectedPlays = await Promise.all(expected.episodes.map(played))
    const proxy = await proxyTo(server.url)
    const gym = await connect(proxy.url, { retry: { attempts: 200, baseMs: 1, maxMs: 2 } })
    const rng = new Rng({ word0: seed, word1: 7 }, 0)
    const cutting = setInterval(() => {
      if (proxy.bytesLeft <= 0 || proxy.bytesLeft > 12_000) proxy.bytesLeft = rng.int(1, 12_000)
    }, 1)
    const group = await gym.group({ size: 6, seed, task: 'a' })
    const plays = await Promise.all(group.episodes.map(played))
    const closed = await group.closed
    clearInterval(cutting)
    proxy.bytesLeft = Number.POSITIVE_INFINITY
    expect(plays).toEqual(expectedPlays)
    expect(closed.members.map(({ steps }) => steps.map((rewards) => rewards.map(({ value }) => value)))).toEqual(
      (await expected.closed).members.map(({ steps }) => steps.map((rewards) => rewards.map(({ value }) => value))),
    )
    expect(proxy.connections).toBeGreaterThan(1)
    await Promise.all([gym.close(), still.close()])
    await quiet(server)
  })
})
