import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../core/data/types.ts'
import { GymError, openWorld, startEpisode } from '../../../core/index.ts'
import grid from '../../../envs/grid/index.ts'
import { WORLD_DEFAULTS, WORLD_NAMES } from '../../../envs/grid/options.ts'
import { levelsOf } from './reach.ts'

const REFUSED: readonly (readonly [JsonObject, RegExp])[] = [
  [{ world: 'maze' }, /world .* one of key-door, corridor, sokoban, slippery, not "maze"/],
  [{ size: 2 }, /size .* from 3 to 12/],
  [{ world: 'sokoban', size: 7 }, /size .* from 4 to 6/],
  [{ size: '5' }, /size/],
  [{ horizon: 3 }, /horizon .* from 4 to 200/],
  [{ horizon: 20.5 }, /horizon/],
  [{ branching: 4 }, /branching .* from 0 to 3/],
  [{ world: 'corridor', branching: 7 }, /branching .* from 0 to 6/],
  [{ reward: 'shaped' }, /reward .* success, graded/],
  [{ rewardDelay: 11 }, /rewardDelay .* from 0 to 10/],
  [{ aliasing: 3 }, /aliasing .* from 0 to 2/],
  [{ noise: 1 }, /noise .* from 0 to below 1/],
  [{ noise: -0.1 }, /noise/],
  [{ height: 5 }, /no option height/],
]

describe('options of the grid', () => {
  it.each(REFUSED)('refuse %j', async (options, message) => {
    await expect(openWorld(grid, options)).rejects.toThrow(message)
    await expect(openWorld(grid, options)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('refuse an invalid seed', () => {
    expect(() => levelsOf({ seed: -1 })).toThrow(GymError)
  })

  it('refuse a horizon in which nothing can be solved, when the world is opened', async () => {
    await expect(openWorld(grid, { size: 12, horizon: 4 })).rejects.toThrow('no key-door of size 12')
    await expect(openWorld(grid, { world: 'corridor', size: 12, horizon: 12 })).rejects.toThrow('within 12 steps')
    await expect(openWorld(grid, { world: 'corridor', size: 11, horizon: 12 })).resolves.toBeDefined()
    await expect(openWorld(grid, { world: 'corridor', size: 11, horizon: 12, rewardDelay: 1 })).rejects.toThrow()
  })

  it.each(WORLD_NAMES)('take null for what %s has by itself', (world) => {
    const levels = levelsOf({ world, size: null, horizon: null, branching: null, noise: null })
    expect(levels.settings).toMatchObject(WORLD_DEFAULTS[world])
    expect(levels.at(5).signature).toBe(levelsOf({ world, ...WORLD_DEFAULTS[world] }).at(5).signature)
  })

  it('end episodes at the horizon', async () => {
    const world = await openWorld(grid, { horizon: 25 })
    expect(world.environment.maxSteps).toBe(25)
    const episode = await startEpisode(world, { task: world.tasks.at('train', 0), seed: 1 })
    while (episode.ending === null) await episode.step('wave')
    expect([episode.index, episode.endingReason]).toEqual([25, 'maxSteps'])
  })

  it('have the horizon of the environment if nothing else is said', () => {
    for (const { horizon } of Object.values(WORLD_DEFAULTS)) expect(horizon).toBe(grid.maxSteps)
  })

  it('keep the levels if only the view of them changes', () => {
    for (const world of WORLD_NAMES) {
      const plain = levelsOf({ world }).at(7).signature
      expect(levelsOf({ world, aliasing: 2, reward: 'graded', noise: 0.3 }).at(7).signature).toBe(plain)
    }
  })

  it('make tasks longer with the horizon', () => {
    const junctions = (horizon: number): number => levelsOf({ world: 'corridor', horizon }).at(0).subGoals
    expect([20, 40, 60, 200].map(junctions)).toEqual([2, 4, 6, 12])
  })
})
