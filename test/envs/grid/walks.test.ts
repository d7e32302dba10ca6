import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Episode, fork, openWorld, startEpisode } from '../../../core/index.ts'
import grid from '../../../envs/grid/index.ts'
import { WORLD_NAMES } from '../../../envs/grid/options.ts'

const conditions = fc.record({
  world: fc.constantFrom(...WORLD_NAMES),
  aliasing: fc.constantFrom(0, 1, 2),
  noise: fc.constantFrom(null, 0, 0.3),
  reward: fc.constantFrom('success', 'graded'),
  rewardDelay: fc.integer({ min: 0, max: 4 }),
  branching: fc.integer({ min: 0, max: 3 }),
})
const walks = fc.record({
  index: fc.nat(31),
  seed: fc.nat(1000),
  picks: fc.array(fc.nat(1000), { minLength: 1, maxLength: 40 }),
})

interface Walked {
  readonly rewards: readonly number[]
  readonly texts: readonly string[]
  readonly valid: readonly boolean[]
}

async function walk(episode: Episode, picks: readonly number[]): Promise<Walked> {
  const rewards: number[] = []
  const texts: string[] = []
  const valid: boolean[] = []
  for (const pick of picks) {
    if (episode.ending !== null) break
    const actions = episode.actions() ?? []
    const { reward, isActionValid } = await episode.step(actions[pick % actions.length])
    rewards.push(reward ?? Number.NaN)
    texts.push(episode.text())
    valid.push(isActionValid)
  }
  return { rewards, texts, valid }
}

describe('random walks in the grid', () => {
  it('earn from 0 to 1 in all, and find every listed action valid', async () => {
    await fc.assert(
      fc.asyncProperty(conditions, walks, async (options, { index, seed, picks }) => {
        const world = await openWorld(grid, options)
        const episode = await startEpisode(world, { task: world.tasks.at('validation', index), seed })
        const { rewards, valid } = await walk(episode, picks)
        const sum = rewards.reduce((total, reward) => total + reward, 0)
        expect(Math.min(...rewards)).toBeGreaterThanOrEqual(0)
        expect(sum).toBeLessThanOrEqual(1 + 1e-9)
        expect(valid).not.toContain(false)
        expect(episode.grades().progress).toBeGreaterThanOrEqual(0)
        expect(episode.grades().progress).toBeLessThanOrEqual(1)
      }),
      { numRuns: 60 },
    )
  })

  it('go the same way again from a common fork, and leave the original where it was', async () => {
    await fc.assert(
      fc.asyncProperty(conditions, walks, async (options, { index, seed, picks }) => {
        const world = await openWorld(grid, options)
        const episode = await startEpisode(world, { task: world.tasks.at('test', index), seed })
        const half = Math.floor(picks.length / 2)
        await walk(episode, picks.slice(0, half))
        const before = episode.stateHash()
        const first = await walk(await fork(episode, { rng: 'common' }), picks.slice(half))
        const second = await walk(await fork(episode, { rng: 'common' }), picks.slice(half))
        expect(second).toEqual(first)
        expect(episode.stateHash()).toBe(before)
      }),
      { numRuns: 40 },
    )
  })

  it('change nothing where an action is not listed or cannot be read, and say so', async () => {
    await fc.assert(
      fc.asyncProperty(conditions, walks, fc.string(), async (options, { index, seed, picks }, said) => {
        const world = await openWorld(grid, options)
        const episode = await startEpisode(world, { task: world.tasks.at('train', index), seed })
        await walk(episode, picks)
        const actions = episode.actions() ?? []
        if (episode.ending !== null || actions.includes(said.trim().toLowerCase()) || actions.includes('wait')) return
        const before = episode.anchors().place
        for (const bad of [said, 'take', 'push up', 'enter black'].filter((words) => !actions.includes(words))) {
          if (episode.ending !== null) return
          expect((await episode.step(bad)).isActionValid).toBe(false)
          expect(episode.text().split('\n').at(-1)).toBe('Nothing happens.')
          if (options.rewardDelay === 0) expect(episode.anchors().place).toBe(before)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('slip as often as the noise says', async () => {
    const world = await openWorld(grid, { world: 'slippery', noise: 0.3 })
    const ends = new Map<string, number>()
    for (let seed = 0; seed < 1500; seed++) {
      const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed })
      await episode.step('right')
      ends.set(episode.text(), (ends.get(episode.text()) ?? 0) + 1)
    }
    const counts = [...ends.values()].sort((a, b) => b - a)
    expect(counts.length).toBe(3)
    expect((counts[0] ?? 0) / 1500).toBeGreaterThan(0.65)
    expect((counts[0] ?? 0) / 1500).toBeLessThan(0.75)
    expect((counts[1] ?? 0) - (counts[2] ?? 0)).toBeLessThan(90)
  })
})
