import type { House } from '../../../envs/household/house.ts'
import { isMarked, MARKS, type World } from '../../../envs/household/state.ts'

/** Everything that can change, as sorted predicates of ALFWorld's planning language. */
export function factsOf({ things, receptacles }: House, world: World): readonly string[] {
  const facts = [`atlocation agent1 loc ${world.at}`]
  things.forEach(({ name }, thing) => {
    const receptacle = receptacles[world.inside[thing] ?? -1]
    if (receptacle) facts.push(`inreceptacle ${name} ${receptacle.name}`)
    for (const place of world.spots[thing] ?? []) facts.push(`objectatlocation ${name} loc ${place}`)
    if (world.held === thing) facts.push(`holds agent1 ${name}`, 'holdsany agent1')
    for (const [mark, bit] of Object.entries(MARKS)) if (isMarked(world, thing, bit)) facts.push(`is${mark} ${name}`)
  })
  receptacles.forEach(({ name }, at) => {
    if (world.opened[at] === 1) facts.push(`opened ${name}`)
  })
  return facts.sort()
}
