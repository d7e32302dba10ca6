import type { JsonObject } from '../../../core/data/types.ts'
import { expectSync, openWorld, startEpisode } from '../../../core/index.ts'
import { type Placement, thingsOf } from '../../../envs/household/generate/room.ts'
import { type Goal, type House, houseOf, type Receptacle } from '../../../envs/household/house.ts'
import household from '../../../envs/household/index.ts'

/** Receptacles of a small kitchen; the two cabinets share a place. */
const RECEPTACLES: readonly Receptacle[] = [
  ['cabinet 2', 'Cabinet', 1, true],
  ['cabinet 1', 'Cabinet', 1, true],
  ['countertop 1', 'CounterTop', 2, false],
  ['fridge 1', 'Fridge', 3, true],
  ['microwave 1', 'Microwave', 4, true],
  ['sidetable 1', 'SideTable', 5, false],
  ['sinkbasin 1', 'SinkBasin', 6, false],
].map(([name, type, location, isOpenable]) => ({
  name: String(name),
  type: String(type),
  location: Number(location),
  isOpenable: isOpenable === true,
  isOpened: false,
}))

/** A small kitchen with things by the name of their receptacle: `{ 'fridge 1': ['Apple'] }`. */
export function kitchen(goal: Goal, contents: Readonly<Record<string, readonly string[]>>, text = 'do it'): House {
  const placements: readonly Placement[] = Object.entries(contents).flatMap(([name, types]) => {
    const receptacle = RECEPTACLES.findIndex((each) => each.name === name)
    return types.map((type) => ({ type, receptacle }))
  })
  return houseOf({ goal, text, location: 0, receptacles: RECEPTACLES, things: thingsOf(placements, RECEPTACLES) })
}

export const begin = async (options: JsonObject = {}, split = 'train', index = 0) => {
  const world = await openWorld(household, options)
  return startEpisode(world, { task: world.tasks.at(split, index), seed: 1 })
}

export const play = (episode: Awaited<ReturnType<typeof begin>>, commands: readonly string[]) =>
  commands.map((command) => expectSync(episode.step(command)))
