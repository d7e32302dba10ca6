import type { House } from '../house.ts'
import { isMarked, isReachable, MARKS, thingsIn, type World } from '../state.ts'
import { takenHere } from './apply.ts'
import type { Command, Wording } from './commands.ts'

export const REFUSED = 'Nothing happens.'

const IN_ROOM = 'You are in the middle of a room.'
const AROUND = `${IN_ROOM} Looking quickly around you, you see`

/** `nothing`, `a X`, `a X, and a Y`, `a X, a Y, and a Z`. */
export function listOf(names: readonly string[], article = 'a '): string {
  const [last] = names.slice(-1)
  if (last === undefined) return 'nothing'
  const first = `${article}${names.slice(0, -1).join(`, ${article}`)}`
  return names.length === 1 ? `${article}${last}` : `${first}, and ${article}${last}`
}

/** What a game starts with. */
export const startText = (house: House): string =>
  `-= Welcome to TextWorld, ALFRED! =-\n\n${AROUND} ${allOf(house)}.\n\nYour task is to: ${house.text}.`

const allOf = ({ receptacles }: House): string => listOf(receptacles.map(({ name }) => name))

/** What an admissible command answers, by the world after it. */
export function answerOf(house: House, world: World, command: Command, voice: Voice): string {
  switch (command.verb) {
    case 'look':
      return voice.looksInto ? lookInto(house, world) : lookAround(house, world)
    case 'inventory':
      return inventoryOf(house, world)
    case 'help':
      return HELP
    case 'examine':
      return thingText(house, world, command.thing)
    case 'use':
      return `You turn on the ${thingName(house, command.thing)}.`
    case 'slice':
      return `You sliced the ${thingName(house, command.thing)} with the ${thingName(house, command.tool)}.`
    case 'go':
    case 'open':
    case 'close':
    case 'inspect':
      return receptacleAnswer(house, world, command.verb, command.receptacle, voice)
    default:
      return `${PAIR_ANSWERS[voice.wording][command.verb](
        thingName(house, command.thing),
        receptacleName(house, command.receptacle),
      )}.`
  }
}

/** How answers are said. */
export interface Voice {
  readonly wording: Wording
  /** Whether `look` says what can be seen, where the reference does not: at the start, and in receptacles here. */
  readonly looksInto: boolean
}

type PairVerb = 'take' | 'move' | 'heat' | 'cool' | 'clean'
type Answer = (thing: string, receptacle: string) => string

const CURRENT: Readonly<Record<PairVerb, Answer>> = {
  take: (thing, receptacle) => `You pick up the ${thing} from the ${receptacle}`,
  move: (thing, receptacle) => `You move the ${thing} to the ${receptacle}`,
  heat: (thing, receptacle) => `You heat the ${thing} using the ${receptacle}`,
  cool: (thing, receptacle) => `You cool the ${thing} using the ${receptacle}`,
  clean: (thing, receptacle) => `You clean the ${thing} using the ${receptacle}`,
}

const PAIR_ANSWERS: Readonly<Record<Wording, Readonly<Record<PairVerb, Answer>>>> = {
  current: CURRENT,
  'before-2025': { ...CURRENT, move: (thing, receptacle) => `You put the ${thing} in/on the ${receptacle}` },
}

function receptacleAnswer(
  house: House,
  world: World,
  verb: 'go' | 'open' | 'close' | 'inspect',
  receptacle: number,
  { wording }: Voice,
): string {
  const name = receptacleName(house, receptacle)
  switch (verb) {
    case 'go':
      return `You arrive at ${wording === 'current' ? name : `loc ${world.at}`}. ${contentsText(house, world, receptacle)}`
    case 'open':
      return `You open the ${name}. ${contentsText(house, world, receptacle)}`
    case 'close':
      return `You close the ${name}.`
    default:
      return contentsText(house, world, receptacle)
  }
}

const receptacleName = ({ receptacles }: House, receptacle: number): string => receptacles[receptacle]?.name ?? ''
const thingName = ({ things }: House, thing: number): string => things[thing]?.name ?? ''

/** What a look at a receptacle shows. */
function contentsText(house: House, world: World, receptacle: number): string {
  const name = receptacleName(house, receptacle)
  if (!isReachable(house, world, receptacle)) return `The ${name} is closed.`
  const seen = `you see ${listOf(thingsIn(world, receptacle).map((thing) => thingName(house, thing)))}.`
  const isOpenable = house.receptacles[receptacle]?.isOpenable === true
  return isOpenable ? `The ${name} is open. In it, ${seen}` : `On the ${name}, ${seen}`
}

/** `look` as in the reference, which sees little. */
function lookAround(house: House, world: World): string {
  const here = house.receptaclesAt(world.at)
  if (here.length === 0) return `${AROUND} nothing.`
  const things = takenHere(house, world).map((thing) => thingName(house, thing))
  return `${placeText(house, world)} Next to it, you see ${listOf(things)}.`
}

/** `look` that says all that can be seen from here. */
export function lookInto(house: House, world: World): string {
  const here = house.receptaclesAt(world.at)
  if (here.length === 0) return `${AROUND} ${allOf(house)}.`
  return [placeText(house, world), ...here.map((receptacle) => contentsText(house, world, receptacle))].join(' ')
}

/** Where the agent is. */
export function placeText(house: House, { at }: World): string {
  const names = house.receptaclesAt(at).map((receptacle) => receptacleName(house, receptacle))
  return names.length === 0 ? IN_ROOM : `You are facing the ${listOf(names, '')}.`
}

export const inventoryOf = (house: House, { held }: World): string =>
  held === -1 ? 'You are not carrying anything.' : `You are carrying: a ${thingName(house, held)}.`

/** The same, with what can be said of the thing in hand. */
export function carriedText(house: House, world: World): string {
  const states = world.held === -1 ? '' : statesOf(world, world.held)
  if (states === '') return inventoryOf(house, world)
  return `You are carrying: a ${states} ${thingName(house, world.held)}.`
}

/** A sentence for each lamp here that is on. */
export const lampTexts = (house: House, world: World): readonly string[] =>
  house.things.flatMap(({ name }, thing) => {
    const isHere = house.receptacles[world.inside[thing] ?? -1]?.location === world.at
    return isHere && isMarked(world, thing, MARKS.toggled) ? [`The ${name} is on.`] : []
  })

/** What `examine` shows of a thing in hand. */
function thingText(house: House, world: World, thing: number): string {
  const { name, isReceptacle } = house.things[thing] ?? {}
  if (isReceptacle) return `This is a normal ${name}. In it, you see nothing.`
  const states = statesOf(world, thing)
  return states === '' ? `There's nothing special about ${name}.` : `This is a ${states} ${name}.`
}

/** What is only cool is called cold. */
function statesOf(world: World, thing: number): string {
  const isHot = isMarked(world, thing, MARKS.hot)
  const isCool = isMarked(world, thing, MARKS.cool)
  const isClean = isMarked(world, thing, MARKS.clean)
  const isSliced = isMarked(world, thing, MARKS.sliced)
  const heat = isHot ? 'hot' : isCool ? (isClean || isSliced ? 'cool' : 'cold') : ''
  const states = [heat, isClean ? 'clean' : ''].filter((state) => state !== '').join(' and ')
  return isSliced ? `${states} sliced`.trim() : states
}

/** Text of the reference, to the character. */
export const HELP = `Available commands:
  look:                             look around your current location
  inventory:                        check your current inventory
  go to (receptacle):               move to a receptacle
  open (receptacle):                open a receptacle
  close (receptacle):               close a receptacle
  take (object) from (receptacle):  take an object from a receptacle
  move (object) to (receptacle):  place an object in or on a receptacle
  examine (something):              examine a receptacle or an object
  use (object):                     use an object
  heat (object) with (receptacle):  heat an object using a receptacle
  clean (object) with (receptacle): clean an object using a receptacle
  cool (object) with (receptacle):  cool an object using a receptacle
  slice (object) with (object):     slice an object using a sharp object
`
