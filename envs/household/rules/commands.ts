import type { House } from '../house.ts'
import type { Treatment } from '../tables/families.ts'

/** A command of the game, with positions for names. */
export type Command =
  | { readonly verb: 'look' | 'inventory' | 'help' }
  | { readonly verb: 'go' | 'open' | 'close' | 'inspect'; readonly receptacle: number }
  | { readonly verb: 'take' | 'move' | Treatment; readonly thing: number; readonly receptacle: number }
  | { readonly verb: 'examine' | 'use'; readonly thing: number }
  | { readonly verb: 'slice'; readonly thing: number; readonly tool: number }

/** How `move` is said: until 2025 ALFWorld's games had `put apple 1 in/on fridge 1`. */
export type Wording = 'current' | 'before-2025'

const PUT: Readonly<Record<Wording, readonly [verb: string, preposition: string]>> = {
  current: ['move', 'to'],
  'before-2025': ['put', 'in/on'],
}

export const sayMove = (thing: string, receptacle: string, wording: Wording): string => {
  const [verb, preposition] = PUT[wording]
  return `${verb} ${thing} ${preposition} ${receptacle}`
}

/** Reads a command, exact to the character. Null where it has none of the forms, or names what the house has not. */
export function readCommand(house: House, text: string, wording: Wording): Command | null {
  if (text === 'look' || text === 'inventory') return { verb: text }
  if (text === 'help') return wording === 'current' ? { verb: text } : null
  return readPlace(house, text) ?? readPair(house, text, wording) ?? readThing(house, text)
}

const PLACE_VERBS = [
  ['go to ', 'go'],
  ['open ', 'open'],
  ['close ', 'close'],
  ['examine ', 'inspect'],
] as const

function readPlace({ receptacleNamed }: House, text: string): Command | null {
  for (const [form, verb] of PLACE_VERBS) {
    const receptacle = text.startsWith(form) ? receptacleNamed.get(text.slice(form.length)) : undefined
    if (receptacle !== undefined) return { verb, receptacle }
  }
  return null
}

const THING_VERBS = [
  ['examine ', 'examine'],
  ['use ', 'use'],
] as const

function readThing({ thingNamed }: House, text: string): Command | null {
  for (const [form, verb] of THING_VERBS) {
    const thing = text.startsWith(form) ? thingNamed.get(text.slice(form.length)) : undefined
    if (thing !== undefined) return { verb, thing }
  }
  return null
}

const PAIR_VERBS = [
  ['take', 'from', 'take'],
  ['heat', 'with', 'heat'],
  ['cool', 'with', 'cool'],
  ['clean', 'with', 'clean'],
] as const

function readPair(house: House, text: string, wording: Wording): Command | null {
  const [put, into] = PUT[wording]
  for (const [said, preposition, verb] of [...PAIR_VERBS, [put, into, 'move'] as const]) {
    const [thing, receptacle] = namesIn(text, said, preposition, house.thingNamed, house.receptacleNamed)
    if (thing !== undefined && receptacle !== undefined) return { verb, thing, receptacle }
  }
  const [thing, tool] = namesIn(text, 'slice', 'with', house.thingNamed, house.thingNamed)
  return thing === undefined || tool === undefined ? null : { verb: 'slice', thing, tool }
}

type Names = ReadonlyMap<string, number>

/** The two names in `VERB first PREPOSITION second`; undefined for what is not there. */
function namesIn(text: string, verb: string, preposition: string, first: Names, second: Names): (number | undefined)[] {
  if (!text.startsWith(`${verb} `)) return []
  const start = verb.length + 1
  const end = text.indexOf(` ${preposition} `, start)
  return end === -1 ? [] : [first.get(text.slice(start, end)), second.get(text.slice(end + preposition.length + 2))]
}
