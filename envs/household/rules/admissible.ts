import type { House } from '../house.ts'
import { isReachable, thingsIn, type World } from '../state.ts'
import { type Command, sayMove, type Wording } from './commands.ts'

const KNIVES = ['Knife', 'ButterKnife']

/** Whether a command does something here. */
export function isAdmissible(house: House, world: World, command: Command): boolean {
  switch (command.verb) {
    case 'look':
    case 'inventory':
    case 'help':
      return true
    case 'go':
      return placeOf(house, command.receptacle) !== world.at
    case 'examine':
      return world.held === command.thing
    case 'use':
      return canUse(house, world, command.thing)
    case 'slice':
      return canSlice(house, world, command.thing, command.tool)
    default:
      return placeOf(house, command.receptacle) === world.at && canDoHere(house, world, command)
  }
}

type HereCommand = Extract<Command, { receptacle: number }>

/** Whether a command on a receptacle that is here does something. */
function canDoHere(house: House, world: World, command: HereCommand): boolean {
  const { receptacle } = command
  switch (command.verb) {
    case 'inspect':
    case 'go':
      return true
    case 'open':
    case 'close':
      return isOpenable(house, receptacle) && world.opened[receptacle] === Number(command.verb === 'close')
    case 'take':
      return canTake(house, world, command.thing, receptacle)
    case 'move':
      return (
        world.held === command.thing && isReachable(house, world, receptacle) && house.fits(command.thing, receptacle)
      )
    default:
      return (
        world.held === command.thing &&
        house.treatmentAt(receptacle) === command.verb &&
        house.things[command.thing]?.treatments.includes(command.verb) === true
      )
  }
}

const placeOf = ({ receptacles }: House, receptacle: number): number => receptacles[receptacle]?.location ?? -1

const isOpenable = ({ receptacles }: House, receptacle: number): boolean => receptacles[receptacle]?.isOpenable === true

const canTake = (house: House, world: World, thing: number, receptacle: number): boolean =>
  world.held === -1 &&
  world.inside[thing] === receptacle &&
  house.things[thing]?.isPickupable === true &&
  isReachable(house, world, receptacle)

/** A lamp in a closed cupboard can be switched on: the reference allows it. */
function canUse(house: House, world: World, thing: number): boolean {
  const receptacle = world.inside[thing] ?? -1
  return house.things[thing]?.isToggleable === true && receptacle !== -1 && placeOf(house, receptacle) === world.at
}

/** The reference asks for the thing's own place, whether or not it can be reached. */
const canSlice = ({ things }: House, { held, spots, at }: World, thing: number, tool: number): boolean =>
  held === tool &&
  KNIVES.includes(things[tool]?.type ?? '') &&
  things[thing]?.isSliceable === true &&
  spots[thing]?.includes(at) === true

/** All commands that do something here, in code-point order. */
export function admissibleCommands(house: House, world: World, wording: Wording): readonly string[] {
  const here = house.receptaclesAt(world.at)
  const said = [...here.flatMap((receptacle) => saidOf(house, world, receptacle)), ...saidOfHand(house, world, wording)]
  if (wording === 'current') said.push('help')
  said.push('inventory', 'look')
  said.sort()
  const ways = house.waysFrom(world.at)
  const split = said.findIndex((command) => command > 'go to ')
  return [...said.slice(0, split), ...ways, ...said.slice(split)]
}

/** Commands on a receptacle that is here, whatever is in hand. */
function saidOf(house: House, world: World, receptacle: number): readonly string[] {
  const name = house.receptacles[receptacle]?.name
  const said = [`examine ${name}`]
  if (isOpenable(house, receptacle)) said.push(`${world.opened[receptacle] === 1 ? 'close' : 'open'} ${name}`)
  for (const thing of thingsIn(world, receptacle)) {
    const { name: thingName, isToggleable } = house.things[thing] ?? {}
    if (isToggleable) said.push(`use ${thingName}`)
    if (canTake(house, world, thing, receptacle)) said.push(`take ${thingName} from ${name}`)
  }
  return said
}

/** Commands on what is in hand. */
function saidOfHand(house: House, world: World, wording: Wording): readonly string[] {
  const held = house.things[world.held]
  if (held === undefined) return []
  const said = [`examine ${held.name}`]
  for (const receptacle of house.receptaclesAt(world.at)) {
    const name = house.receptacles[receptacle]?.name ?? ''
    const treatment = house.treatmentAt(receptacle)
    if (isReachable(house, world, receptacle) && house.fits(world.held, receptacle))
      said.push(sayMove(held.name, name, wording))
    if (treatment !== null && held.treatments.includes(treatment)) said.push(`${treatment} ${held.name} with ${name}`)
  }
  if (!KNIVES.includes(held.type)) return said
  const cut = house.things.filter((_, thing) => canSlice(house, world, thing, world.held))
  return [...said, ...cut.map(({ name }) => `slice ${name} with ${held.name}`)]
}
