import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../core/data/types.ts'
import { openWorld, startEpisode } from '../../../core/index.ts'
import grid from '../../../envs/grid/index.ts'
import { levelsOf, type Reach, reachOf, stepsToReward } from './reach.ts'

/** States from which success can still be reached, some way or other. */
function solvableIn({ states, edges }: Reach): ReadonlySet<number> {
  const solvable = new Set<number>()
  for (let size = -1; size !== solvable.size; ) {
    size = solvable.size
    for (const at of states.keys())
      if (edges[at]?.some(({ to, terminated, reward }) => (terminated && reward > 0) || solvable.has(to)))
        solvable.add(at)
  }
  return solvable
}

async function episodeOf(options: JsonObject, index = 0) {
  const world = await openWorld(grid, options)
  return startEpisode(world, { task: world.tasks.at('train', index), seed: 1 })
}

describe('Sokoban', () => {
  const levels = levelsOf({ world: 'sokoban' })
  const reaches = Array.from({ length: 10 }, (_, number) => reachOf(levels, number))

  it('has mistakes in every task after which there is no way to success, and the episode continues', () => {
    for (const reach of reaches) {
      const solvable = solvableIn(reach)
      expect(solvable.has(0)).toBe(true)
      const lost = [...reach.states.keys()].filter((at) => !solvable.has(at) && (reach.edges[at]?.length ?? 0) > 0)
      expect(lost.length).toBeGreaterThan(0.1 * reach.states.length)
    }
  })

  it('moves boxes by pushes, one at a time, and never pulls', () => {
    for (const { states, edges } of reaches.slice(0, 3))
      for (const [at, state] of states.entries())
        for (const { words, to } of edges[at] ?? []) {
          const moved = states[to]?.things.filter((box) => !state.things.includes(box)) ?? []
          expect(moved.length).toBe(words.startsWith('push ') ? 1 : 0)
        }
  })

  it('does nothing at a push of a box that is blocked, and says so', async () => {
    const episode = await episodeOf({ world: 'sokoban' })
    const blocked = ['up', 'right', 'down', 'left'].find((words) => !episode.actions()?.includes(`push ${words}`))
    const { isActionValid } = await episode.step(`push ${blocked}`)
    expect(isActionValid).toBe(false)
    expect(episode.text()).toMatch(/\nNothing happens\.$/)
    expect(episode.anchors().place).not.toContain('Nothing happens')
  })
})

describe('the key and the door', () => {
  it('need the key of the door: another one opens nothing', () => {
    const levels = levelsOf()
    const { states, edges } = reachOf(levels, 0)
    for (const [at, { things }] of states.entries())
      if (edges[at]?.some(({ words }) => words === 'open')) expect(things).toEqual([1, 0])
    expect(states.some(({ things }) => things[0] === 2)).toBe(true)
    expect(states.filter(({ things }) => things[1] === 1).length).toBeGreaterThan(10)
  })

  it('let one try the door if the hand is hidden, and nothing comes of it', () => {
    const levels = levelsOf({ aliasing: 2 })
    const { states, edges } = reachOf(levels, 0)
    const tries = [...states.keys()].flatMap((at) =>
      (edges[at] ?? []).filter(({ words }) => words === 'open').map(({ to }) => ({ at, to })),
    )
    const vain = tries.filter(({ at }) => states[at]?.things[0] !== 1)
    expect(vain.length).toBeGreaterThan(0)
    expect(vain.every(({ at, to }) => at === to)).toBe(true)
    expect(tries.length).toBeGreaterThan(vain.length)
  })

  it('hang a key back where it was when another is taken', () => {
    const levels = levelsOf({ branching: 3 })
    const { states, edges } = reachOf(levels, 0)
    const swaps = [...states.keys()].flatMap((at) =>
      (edges[at] ?? [])
        .filter(({ words }) => words === 'take')
        .map(({ to }) => [states[at]?.things[0] ?? 0, states[to]?.things[0] ?? 0] as const),
    )
    expect(swaps.some(([before]) => before > 0)).toBe(true)
    expect(swaps.every(([before, after]) => after > 0 && after !== before)).toBe(true)
  })
})

describe('the corridor', () => {
  it('has few steps that decide on a long way', () => {
    const levels = levelsOf({ world: 'corridor' })
    const reach = reachOf(levels, 0)
    expect(stepsToReward(reach)).toBe(20)
    const decides = reach.edges.filter((choices) => choices.filter(({ words }) => words.startsWith('enter')).length > 1)
    expect(decides.length).toBe(levels.at(0).subGoals)
    expect(decides.length).toBe(4)
    expect(decides.every((choices) => choices.filter(({ words }) => words.startsWith('enter')).length === 4)).toBe(true)
  })

  it('forgives a wrong door, at the price of the way there and back', () => {
    const reach = reachOf(levelsOf({ world: 'corridor' }), 0)
    expect(solvableIn(reach).size).toBe(reach.states.length - 1)
  })

  it('looks the same at every junction if something is hidden', () => {
    const levels = levelsOf({ world: 'corridor', aliasing: 1 })
    const { states } = reachOf(levels, 0)
    const level = levels.at(0)
    const shown = (junction: number) =>
      states
        .filter((state) => level.reached(state) === junction)
        .map((state) => level.scene(state, 1))
        .filter(({ map: [row = ''] }) => row.startsWith('@') || row.endsWith('?'))
    expect(shown(2).length).toBe(1 + 4 * 3)
    expect(shown(2)).toEqual(shown(1))
    expect(shown(1)).not.toEqual(shown(0))
  })
})

describe('the slippery grid', () => {
  it('ends in a hole without a reward', async () => {
    const levels = levelsOf({ world: 'slippery' })
    const { edges } = reachOf(levels, 1)
    const ends = edges.flat().filter(({ terminated }) => terminated)
    expect(ends.some(({ reward }) => reward === 0)).toBe(true)
    expect(ends.some(({ reward }) => reward === 1)).toBe(true)
  })

  it('leads three ways from the middle of the ice, and one if nothing slips', () => {
    const ways = (noise: number) =>
      Math.max(
        ...reachOf(levelsOf({ world: 'slippery', noise }), 0).edges.map(
          (choices) => new Set(choices.filter(({ words }) => words === 'up').map(({ to }) => to)).size,
        ),
      )
    expect(ways(0.2)).toBe(3)
    expect(ways(0)).toBe(1)
  })

  it('may push a box aside in Sokoban, too', () => {
    const { states, edges } = reachOf(levelsOf({ world: 'sokoban', noise: 0.1 }), 0)
    const pushes = [...states.keys()].flatMap((at) =>
      (edges[at] ?? []).filter(
        ({ words, to }) => !words.startsWith('push') && states[to]?.things.join() !== states[at]?.things.join(),
      ),
    )
    expect(pushes.length).toBeGreaterThan(0)
    expect(pushes.every(({ isSlip }) => isSlip)).toBe(true)
  })
})
