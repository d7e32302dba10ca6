import { describe, expect, it } from 'vitest'
import { connect } from '../../../agents/remote/gym.ts'
import type { CategoricalEvidence } from '../../../core/data/types.ts'
import { dice } from '../../support/core-worlds.ts'
import { quiet, served } from '../../support/server/client.ts'
import { late, rank, snapshotStore, TOKENS } from '../../support/server/native-worlds.ts'
import { echo, gated } from '../../support/server/worlds.ts'

const code = (name: string) => expect.objectContaining({ code: name })
const EVIDENCE: CategoricalEvidence = {
  ...{ kind: 'categorical', policyId: 'p', policyVersion: '1', temperature: 1, topP: 1 },
  ...{ actions: ['1', '2'], index: 0, logProb: Math.log(0.5), logProbs: [Math.log(0.5), Math.log(0.5)] },
}

describe('the native client', () => {
  it('plays an episode, whose rewards come at once and late', async () => {
    const server = await served([dice], { hooks: [late] })
    const gym = await connect(server.url, { environment: 'dice' })
    expect(gym.environment).toMatchObject({ id: 'dice@1', maxSteps: 6 })
    expect(gym.role).toBe('trainer')
    const events = gym.events()
    const episode = await gym.reset({ task: 'a', seed: '18446744073709551615' })
    expect(episode).toMatchObject({ seed: '18446744073709551615', index: 0, ending: null, actions: ['1', '2', '3'] })
    const step = await episode.step('2', EVIDENCE)
    expect(step).toMatchObject({ index: 0, reward: 2, isActionValid: true, rewards: [{ name: 'env', value: 2 }] })
    expect(episode).toMatchObject({ index: 1, observation: step.observation })
    const { value: event } = await events.next()
    expect(event).toMatchObject({ type: 'rewards', rewards: [{ episode: episode.id, step: 0 }] })
    expect(episode.lateRewards).toMatchObject([{ step: 0, reward: { name: 'late', value: 0 } }])
    await gym.close()
    expect(await events.next()).toEqual({ done: true, value: undefined })
    await quiet(server)
  })

  it('takes steps in the order they are asked for, without waiting for those before', async () => {
    const { environment, release } = gated()
    const gym = await connect((await served([environment])).url)
    const [one, other] = await Promise.all([gym.reset(), gym.reset()])
    const order: string[] = []
    const asked = ['a', 'b', 'c'].map((action) => one.step(action).then(({ index }) => order.push(`${action}${index}`)))
    const meanwhile = other.step('z').then(() => order.push('z'))
    const releasing = setInterval(() => ['z', 'a', 'b', 'c'].map(release), 3)
    await Promise.all([...asked, meanwhile])
    clearInterval(releasing)
    expect(order.filter((each) => each !== 'z')).toEqual(['a0', 'b1', 'c2'])
    expect(one.index).toBe(3)
    await gym.close()
  })

  it('starts groups as a whole or member by member, and receives their close once', async () => {
    const gym = await connect((await served([dice], { hooks: [late, rank] })).url)
    const group = await gym.group({ size: 2, task: 'a', seed: 5 })
    expect(group.episodes.map(({ member, observation }) => [member, observation])).toEqual([
      [0, group.episodes[0]?.observation],
      [1, group.episodes[0]?.observation],
    ])
    const joined = await gym.reset({ task: 'a', seed: 9, group: { id: 'g', size: 1 } })
    await Promise.all([...group.episodes, joined].map((episode) => episode.step('100')))
    const [closed, own] = await Promise.all([group.closed, joined.groupClosed])
    expect(own?.group).toBe('g')
    expect(closed.members.map(({ episode, rewards }) => [episode, rewards[0]?.name])).toEqual(
      group.episodes.map(({ id }) => [id, 'rank']),
    )
    expect(closed.members[0]?.steps).toMatchObject([[{ name: 'env' }, { name: 'late', value: 0 }]])
    expect(group.episodes[0]).toMatchObject({ ending: 'terminated', actions: null })
    await gym.close()
  })

  it('forks an episode, keeps snapshots here and there, and continues from them', async () => {
    const server = await served([dice])
    const gym = await connect(server.url)
    const episode = await gym.reset({ seed: 3 })
    await episode.step('1')
    const forks = await episode.fork({ count: 3 })
    expect(forks.map(({ forkPath, index, observation }) => [forkPath, index, observation])).toEqual(
      ['0', '1', '2'].map((path) => [path, 1, episode.observation]),
    )
    const common = await episode.fork({ count: 1, rng: 'common' })
    const again = await episode.fork({ count: 1, rng: 'common' })
    expect((await common[0]?.step('2'))?.observation).toBe((await again[0]?.step('2'))?.observation)
    const { snapshot } = await episode.snapshot()
    const { sealed } = await episode.snapshot({ sealed: true })
    const original = await episode.step('3')
    const restored = await gym.restore({ snapshot: snapshot ?? '' })
    expect((await restored.step('3')).observation).toBe(original.observation)
    const opened = await gym.restore({ sealed: sealed ?? '' })
    expect((await opened.step('3')).observation).toBe(original.observation)
    expect(await gym.fork({ snapshot: snapshot ?? '', count: 2 })).toHaveLength(2)
    await gym.drop(snapshot ?? '')
    await expect(gym.restore({ snapshot: snapshot ?? '' })).rejects.toThrow(code('SNAPSHOT_UNKNOWN'))
    await expect(gym.restore({ sealed: 'forged' })).rejects.toThrow(code('SNAPSHOT_FOREIGN'))
    await gym.close()
  })

  it('receives ends without a step, observes, and lists tasks', async () => {
    const gym = await connect((await served([snapshotStore])).url)
    const episode = await gym.reset({ maxSteps: 2 })
    await episode.step('look')
    expect(await episode.observe('html')).toMatchObject({ observation: '<p>look</p>', state: { said: 'look' } })
    await episode.close()
    await expect.poll(() => episode.ending).toBe('aborted')
    expect(episode.outcome).toEqual([])
    await expect(episode.step('more')).rejects.toThrow(code('EPISODE_ABORTED'))
    expect(await gym.tasks({ split: 'test' })).toMatchObject({ total: 1, tasks: [{ id: 'shut', public: 'a vault' }] })
    await gym.close()
  })

  it('sees what its role permits, and is refused everything else', async () => {
    const tokens = [
      { role: 'agent', token: TOKENS.agent },
      { role: 'trainer', token: TOKENS.trainer },
    ] as const
    const { url } = await served([dice], { tokens, hooks: [late] })
    await expect(connect(url)).rejects.toThrow(code('UNAUTHORIZED'))
    const gym = await connect(url, { token: TOKENS.agent })
    const episode = await gym.reset()
    expect(await episode.step('1')).not.toHaveProperty('rewards')
    await expect(episode.fork()).rejects.toThrow(code('FORBIDDEN'))
    await expect(gym.group({ size: 2 })).rejects.toThrow(code('FORBIDDEN'))
    const trainer = await connect(url, { token: TOKENS.trainer })
    await trainer.subscribe(['step.taken', 'ended'])
    const events = trainer.events()
    await episode.step('2')
    expect(await events.next()).toMatchObject({ value: { type: 'step.taken', episode: episode.id, action: '2' } })
    await trainer.subscribe(['ended'])
    await episode.step('100')
    expect(await events.next()).toMatchObject({ value: { type: 'ended', episode: episode.id, ending: 'terminated' } })
    await Promise.all([gym.close(), trainer.close()])
  })

  it('continues after refusals, and counts its steps correctly', async () => {
    const gym = await connect((await served([echo], { limits: { frameBytesIn: 2000 } })).url)
    await expect(gym.reset({ task: 'none' })).rejects.toThrow(code('TASK_UNKNOWN'))
    const episode = await gym.reset()
    await expect(episode.step('x'.repeat(3000))).rejects.toThrow(code('FRAME_TOO_LARGE'))
    const odd = { ...EVIDENCE, index: 7 }
    await expect(episode.step('a', odd)).rejects.toThrow(code('EVIDENCE_INVALID'))
    expect(await episode.step('b')).toMatchObject({ index: 0, observation: 'b' })
    expect((await episode.step('c', { ...EVIDENCE, logProb: Number.NEGATIVE_INFINITY })).index).toBe(1)
    await gym.close()
    await expect(episode.step('d')).rejects.toThrow(code('CONNECTION_LOST'))
    await gym.close()
  })

  it('refuses invalid settings, and environments that are not served', async () => {
    const { url } = await served([echo])
    await expect(connect(url, { retry: { attempts: -1 } })).rejects.toThrow(code('CONFIG_INVALID'))
    await expect(connect(url, { environment: 'none' })).rejects.toThrow(code('ENV_UNKNOWN'))
  })
})
