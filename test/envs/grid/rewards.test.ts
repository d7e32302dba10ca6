import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../core/data/types.ts'
import { openWorld, startEpisode, type Taken } from '../../../core/index.ts'
import grid from '../../../envs/grid/index.ts'

/** A corridor of one cell a door: the goal names the doors. */
const CORRIDOR = { world: 'corridor', size: 1, horizon: 16 } as const

async function play(options: JsonObject, choose: (doors: readonly string[]) => readonly string[]) {
  const world = await openWorld(grid, { ...CORRIDOR, ...options })
  const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
  const doors = [
    ...(episode
      .text()
      .split('\n', 1)[0]
      ?.matchAll(/(red|blue|green|yellow|white|purple|orange|black)/g) ?? []),
  ]
  const steps: Taken[] = []
  const texts: string[] = []
  for (const action of choose(doors.map(([colour]) => `enter ${colour}`))) {
    steps.push(await episode.step(action))
    texts.push(episode.text())
  }
  return { rewards: steps.map(({ reward }) => reward), steps, texts, episode }
}

const straight = (doors: readonly string[]): string[] => doors.flatMap((door) => [door, 'forward'])
const waits = (count: number): string[] => Array.from({ length: count }, () => 'wait')

describe('rewards of the grid', () => {
  it('are 1 for success and 0 else', async () => {
    const { rewards, episode } = await play({}, straight)
    expect(rewards).toEqual([0, 0, 0, 0, 0, 0, 0, 1])
    expect(episode.ending).toBe('terminated')
  })

  it('are graded by sub-goals, each paid once, however often it is reached', async () => {
    const { rewards } = await play({ reward: 'graded' }, ([first = '', ...rest]) => [
      first,
      'forward',
      'back',
      'forward',
      ...straight(rest),
    ])
    expect(rewards).toEqual([0, 0.25, 0, 0, 0, 0.25, 0, 0.25, 0, 0.25])
  })

  it('are paid later by the delay, and the episode ends when all is paid', async () => {
    const { rewards, episode, steps, texts } = await play({ rewardDelay: 2, horizon: 18 }, (doors) => [
      ...straight(doors),
      ...waits(2),
    ])
    expect(rewards).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    expect(steps.map(({ terminated }) => terminated)).toEqual([...Array(9).fill(false), true])
    expect(texts.slice(-3).map((text) => text.split('\n').slice(4))).toEqual([
      ['You made it: wait for your reward.', 'Steps until rewards are paid: 2.'],
      ['You made it: wait for your reward.', 'Steps until rewards are paid: 1.'],
      [],
    ])
    expect(episode.ending).toBe('terminated')
  })

  it('of sub-goals that are on their way keep their distance', async () => {
    const { rewards, texts } = await play({ reward: 'graded', rewardDelay: 3, horizon: 19 }, (doors) => [
      ...straight(doors),
      ...waits(3),
    ])
    expect(rewards).toEqual([0, 0, 0, 0, 0.25, 0, 0.25, 0, 0.25, 0, 0.25])
    expect(texts[3]).toContain('Steps until rewards are paid: 1, 3.')
  })

  it('come with time after a success, after any answer', async () => {
    const { rewards, steps } = await play({ rewardDelay: 2, horizon: 18 }, (doors) => [
      ...straight(doors),
      'back',
      'wait',
    ])
    expect(rewards.at(-1)).toBe(1)
    expect(steps.at(-2)?.isActionValid).toBe(false)
  })

  it('wait while an action cannot be read', async () => {
    const { rewards } = await play({ rewardDelay: 1, horizon: 17 }, (doors) => [
      ...straight(doors),
      'abracadabra',
      'wait',
    ])
    expect(rewards.slice(-3)).toEqual([0, 0, 1])
  })

  it('are hidden while they are on their way if something is hidden', async () => {
    const { texts } = await play({ rewardDelay: 2, reward: 'graded', horizon: 18, aliasing: 1 }, straight)
    expect(texts.join()).not.toMatch(/Steps until|Sub-goals/)
    expect(texts.at(-1)).toContain('wait for your reward')
  })

  it('that are owed are paid at once by a failure', async () => {
    const { settle } = await import('../../../envs/grid/rewards.ts')
    const { levelsOf } = await import('./reach.ts')
    const levels = levelsOf({ world: 'slippery', rewardDelay: 3 })
    const level = { ...levels.at(0), outcome: () => 'failed' as const }
    const state = { level: 0, ...level.start, best: 0, owed: [2], isIdle: false }
    expect(settle(level, state, state, levels.settings)).toEqual({ best: 0, owed: [], paid: 1 })
  })
})
