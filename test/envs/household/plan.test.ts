import { describe, expect, it } from 'vitest'
import { keyOfSeed, Rng } from '../../../core/data/rng.ts'
import { shortestPlan } from '../../../envs/household/expert/plan.ts'
import { Houses, splitSizes } from '../../../envs/household/generate/houses.ts'
import type { Goal, House } from '../../../envs/household/house.ts'
import { DEFAULT_OPTIONS, houseSettings } from '../../../envs/household/options.ts'
import { admissibleCommands } from '../../../envs/household/rules/admissible.ts'
import { isWon } from '../../../envs/household/rules/goal.ts'
import { PROFILES, takeCommand } from '../../../envs/household/rules/take-command.ts'
import { startWorld, type World } from '../../../envs/household/state.ts'
import { share } from '../../support/long.ts'
import { kitchen } from './houses.ts'

const RULES = { ...PROFILES.default, wording: 'current' } as const
const IDLE = /^(look|inventory|help|examine |slice |close )/

/** Length of a shortest solution, by breadth-first search over all commands that can matter; null beyond the limit. */
function searched(house: House, start: World, limit: number): number | null {
  if (isWon(house, start)) return 0
  const seen = new Set([JSON.stringify(start)])
  let frontier: readonly World[] = [start]
  for (let depth = 1; depth <= limit; depth++) {
    const next: World[] = []
    for (const world of frontier)
      for (const command of admissibleCommands(house, world, 'current')) {
        if (IDLE.test(command)) continue
        const after = takeCommand(house, world, command, RULES)
        if (after.isWon) return depth
        const key = JSON.stringify(after.world)
        if (!seen.has(key)) next.push(after.world)
        seen.add(key)
      }
    frontier = next
  }
  return null
}

/** A world some random commands later. */
function wandered(house: House, rng: Rng, steps: number): World {
  let world = startWorld(house)
  for (let step = 0; step < steps; step++)
    world = takeCommand(house, world, rng.choice(admissibleCommands(house, world, 'current')), RULES).world
  return world
}

const goal = (family: Goal['family'], object: string, receptacle: string | null, lamp: string | null = null): Goal => ({
  family,
  object,
  receptacle,
  lamp,
})

const GAMES: readonly (readonly [string, House])[] = [
  ['a cabinet to a table', goal('pick_and_place_simple', 'Mug', 'SideTable'), { 'cabinet 1': ['Mug'] }],
  ['a choice of two', goal('pick_and_place_simple', 'Cup', 'Cabinet'), { 'fridge 1': ['Cup'], 'sidetable 1': ['Cup'] }],
  ['heat', goal('pick_heat_then_place_in_recep', 'Egg', 'Fridge'), { 'fridge 1': ['Egg'], 'countertop 1': ['Fork'] }],
  ['cool, where it lies', goal('pick_cool_then_place_in_recep', 'Apple', 'Fridge'), { 'fridge 1': ['Apple'] }],
  ['clean', goal('pick_clean_then_place_in_recep', 'Fork', 'CounterTop'), { 'sinkbasin 1': ['Fork', 'Egg'] }],
  [
    'a lamp',
    goal('look_at_obj_in_light', 'Book', null, 'DeskLamp'),
    { 'cabinet 2': ['Book'], 'sidetable 1': ['DeskLamp'] },
  ],
  ['two', goal('pick_two_obj_and_place', 'Cup', 'SideTable'), { 'cabinet 1': ['Cup'], 'countertop 1': ['Cup'] }],
  [
    'two, one in place',
    goal('pick_two_obj_and_place', 'Cup', 'Cabinet'),
    { 'cabinet 1': ['Cup'], 'fridge 1': ['Cup'] },
  ],
].map(([name, ofGame, contents]) => [name as string, kitchen(ofGame as Goal, contents as Record<string, string[]>)])

describe('a shortest plan', () => {
  it.each(GAMES)('is as long as a search of all commands finds: %s', (_, house) => {
    const plan = shortestPlan(house, startWorld(house), 'current')
    expect(searched(house, startWorld(house), plan.length)).toBe(plan.length)
  })

  it.each(GAMES)('is so from where random commands lead: %s', (_, house) => {
    const worlds = Array.from({ length: 40 }, (_, walk) => wandered(house, new Rng(keyOfSeed(walk), 0), 12))
    const near = worlds.filter((world) => shortestPlan(house, world, 'current').length <= share(5, 9))
    expect(near.length).toBeGreaterThan(0)
    for (const world of near.slice(0, share(2, 12))) {
      const plan = shortestPlan(house, world, 'current')
      expect(searched(house, world, plan.length), plan.join('; ')).toBe(plan.length)
    }
  })

  it('is empty where the task is solved', () => {
    const house = kitchen(goal('pick_and_place_simple', 'Mug', 'SideTable'), { 'sidetable 1': ['Mug'] })
    expect(shortestPlan(house, startWorld(house), 'current')).toEqual([])
  })

  it('is refused where the task cannot be solved', () => {
    const house = kitchen(goal('pick_and_place_simple', 'Mug', 'Bed'), { 'sidetable 1': ['Mug'] })
    expect(() => shortestPlan(house, startWorld(house), 'current')).toThrow(RangeError)
  })
})

describe.each([1, 2, 3] as const)('tasks of level %i', (level) => {
  const settings = houseSettings({ ...DEFAULT_OPTIONS, level, tasks: share(24, 160) })
  const houses = new Houses(settings)
  const count = Object.values(splitSizes(settings)).reduce((sum, size) => sum + size, 0)

  const plays = (house: House, commands: readonly string[]): boolean => {
    let world = startWorld(house)
    for (const command of commands) {
      const taken = takeCommand(house, world, command, RULES)
      if (taken.isWon) return true
      world = taken.world
    }
    return false
  }

  it('are solved by their plan, and by no plan that leaves out a step', () => {
    for (let number = 0; number < count; number++) {
      const house = houses.at(number)
      const plan = shortestPlan(house, startWorld(house), 'current')
      expect(plays(house, plan), house.text).toBe(true)
      for (const step of plan.keys()) expect(plays(house, plan.toSpliced(step, 1)), house.text).toBe(false)
    }
  })

  it('are of all six families in turn, and in one split each', () => {
    const games = Array.from({ length: count }, (_, number) => houses.at(number))
    expect(games.slice(0, 6).map((house) => house.goal.family)).toEqual(settings.families)
    const splits = new Map<string, string>()
    const sizes = splitSizes(settings)
    games.forEach(({ receptacles, things, text }, number) => {
      const split = number < sizes.train ? 'train' : number < sizes.train + sizes.validation ? 'validation' : 'test'
      const key = JSON.stringify([text, receptacles, things])
      expect(splits.get(key) ?? split).toBe(split)
      splits.set(key, split)
    })
  })
})
