import { describe, expect, it } from 'vitest'
import { fullMessageOf } from '../../core/data/user-code.ts'
import { RECORD, type TapeMode } from '../../core/episode/effects.ts'
import { defineEnvironment } from '../../core/episode/environment.ts'
import type { Episode } from '../../core/episode/episode.ts'
import { fork, replayMoves, restore, snapshotOf, startGroup } from '../../core/episode/fork.ts'
import { movesOf } from '../../core/episode/progress.ts'
import { openWorld } from '../../core/episode/world.ts'
import { clock, dice, settingsOf, started } from '../support/core-worlds.ts'

const code = (expected: string): unknown => expect.objectContaining({ code: expected })

async function totals(episode: Episode, steps: number): Promise<unknown[]> {
  const seen = []
  for (let i = 0; i < steps; i++) {
    await episode.step('1')
    seen.push(episode.publicState().total)
  }
  return seen
}

describe('fork', () => {
  it('starts fresh futures that differ from the original and from each other', async () => {
    const episode = await started(dice, { maxSteps: 30 })
    await episode.step('1')
    const futures = [await fork(episode), await fork(episode), episode]
    const seen = await Promise.all(futures.map((future) => totals(future, 12)))
    expect(new Set(seen.map(String)).size).toBe(3)
  })

  it('shares one future among common forks of a step and number', async () => {
    const episode = await started(dice, { maxSteps: 30 })
    const forkOf = (number: number): Promise<Episode> => Promise.resolve(fork(episode, { rng: 'common', number }))
    const [first, second, other] = [
      await totals(await forkOf(0), 12),
      await totals(await forkOf(0), 12),
      await totals(await forkOf(1), 12),
    ]
    expect(first).toEqual(second)
    expect(first).not.toEqual(other)
  })

  it('leaves the original untouched, and can itself be forked and replayed', async () => {
    const episode = await started(dice, { maxSteps: 30 })
    await episode.step('1')
    const child = await fork(episode)
    await child.step('2')
    const grandchild = await fork(child)
    await grandchild.step('3')
    expect([episode.index, child.index, grandchild.index]).toEqual([1, 2, 3])
    expect(grandchild.lineage.forkPath).toBe('0/0')
    const moves = movesOf(grandchild.past)
    expect(moves.map(({ forkPath }) => forkPath)).toEqual(['', '0', '0/0'])
    const twin = await replayMoves(episode.world, episode.settings, moves, () => RECORD)
    expect(twin.stateHash()).toBe(grandchild.stateHash())
  })

  it('is refused if the environment has none', async () => {
    const alone = defineEnvironment({ ...dice, action: dice.parse, fork: 'none' })
    const episode = await started(alone)
    expect(() => fork(episode)).toThrow(code('FORK_UNSUPPORTED'))
    expect(() => snapshotOf(episode)).toThrow(code('FORK_UNSUPPORTED'))
  })
})

describe('restore', () => {
  it('continues with the same random stream, any number of times', async () => {
    const episode = await started(dice, { maxSteps: 30 })
    await episode.step('1')
    const saved = snapshotOf(episode)
    const [first, second] = [await restore(episode.world, saved), await restore(episode.world, saved)]
    expect(await totals(first, 8)).toEqual(await totals(second, 8))
    expect(await totals(episode, 8)).toEqual(await totals(await restore(episode.world, saved), 8))
  })

  it('refuses a snapshot of another environment or of other options', async () => {
    const saved = snapshotOf(await started(dice))
    const other = await openWorld(defineEnvironment({ ...dice, id: 'dice@2', action: dice.parse }))
    expect(() => restore(other, saved)).toThrow(code('SNAPSHOT_FOREIGN'))
  })
})

describe('replay', () => {
  const read = (episode: Episode): ((index: number) => TapeMode) => {
    const moves = movesOf(episode.past)
    return (index) => ({ kind: 'read', recorded: (index < 0 ? episode.resetEffects : moves[index]?.effects) ?? [] })
  }

  it('reads the outside world from tape, without asking it', async () => {
    let time = 100
    const environment = clock(() => time++)
    const episode = await started(environment)
    await episode.step('tick')
    await episode.step('tock')
    const asked = time
    const twin = await replayMoves(episode.world, episode.settings, movesOf(episode.past), read(episode))
    expect([twin.text(), time]).toEqual([episode.text(), asked])
  })

  it('says which effect differs when the environment asks for something else', async () => {
    const episode = await started(clock(() => 1))
    await episode.step('tick')
    const moves = movesOf(episode.past).map((move) => ({ ...move, action: 'other' }))
    const replaying = Promise.resolve(replayMoves(episode.world, episode.settings, moves, read(episode)))
    expect(await replaying.catch(fullMessageOf)).toMatch(/asks clock "other", recorded was clock "tick"/)
  })

  it('notices, live, that the outside world answers otherwise', async () => {
    let time = 1
    const episode = await started(clock(() => time++))
    await episode.step('tick')
    const { resetEffects } = episode
    const compare = (index: number): TapeMode => ({ kind: 'compare', recorded: index < 0 ? resetEffects : [] })
    await expect(replayMoves(episode.world, episode.settings, movesOf(episode.past), compare)).rejects.toThrow(
      code('REPLAY_DIVERGED'),
    )
  })

  it('throws recorded failures of the outside world again', async () => {
    let isUp = true
    const episode = await started(
      defineEnvironment({
        id: 'flaky@1',
        kind: 'async',
        maxSteps: 5,
        action: (raw) => raw,
        reset: () => ({ heard: '' }),
        async step(_, action, { effect }) {
          const call = effect('ask', action, () => (isUp ? 'yes' : Promise.reject(new Error('line is dead'))))
          const heard = await Promise.resolve(call).catch((error: Error) => error.message)
          return { state: { heard }, reward: 0, terminated: false }
        },
        observe: { text: ({ heard }) => heard },
      }),
    )
    isUp = false
    await episode.step('hello')
    expect(episode.text()).toBe('line is dead')
    isUp = true
    const twin = await replayMoves(episode.world, episode.settings, movesOf(episode.past), read(episode))
    expect(twin.text()).toBe('line is dead')
  })
})

describe('startGroup', () => {
  it('gives members one start and a random stream each', async () => {
    const world = await openWorld(dice)
    const { members, startHash } = await startGroup(world, await settingsOf(dice, { maxSteps: 30 }), 4)
    expect(members.map((member) => member.stateHash())).toEqual(Array(4).fill(startHash))
    expect(members.map(({ lineage }) => lineage.member)).toEqual([0, 1, 2, 3])
    const seen = await Promise.all(members.map((member) => totals(member, 12)))
    expect(new Set(seen.map(String)).size).toBe(4)
  })

  it('refuses members whose outside worlds start differently', async () => {
    let time = 0
    const environment = defineEnvironment({ ...clock(() => time++), fork: 'replay', action: (raw) => raw })
    const world = await openWorld(environment)
    await expect(startGroup(world, await settingsOf(environment), 2)).rejects.toThrow(code('REPLAY_DIVERGED'))
  })
})
