import type { House } from '../house.ts'
import type { World } from '../state.ts'
import { admissibleCommands, isAdmissible } from './admissible.ts'
import { apply } from './apply.ts'
import { readCommand, type Wording } from './commands.ts'
import { isWon } from './goal.ts'
import { answerOf, REFUSED } from './texts.ts'

/** Where the default rules depart from the reference's; the world's own laws are the same. */
export interface HouseRules {
  readonly wording: Wording
  /** In the reference, a command that does nothing is as valid as any other, and its answer does not say why. */
  readonly explainsRefusals: boolean
  /** In the reference, `look` lists no receptacle at the start, and later what was taken from here, not what is here. */
  readonly looksInto: boolean
  /** In the reference, an observation is the answer alone: the same for many states, and without the task. */
  readonly showsSituation: boolean
}

/** `reference` is ALFWorld's text engine, `default` fixes it. */
export const PROFILES = {
  default: { explainsRefusals: true, looksInto: true, showsSituation: true },
  reference: { explainsRefusals: false, looksInto: false, showsSituation: false },
} as const satisfies Readonly<Record<string, Omit<HouseRules, 'wording'>>>
export type ProfileName = keyof typeof PROFILES

export interface Taken {
  readonly world: World
  /** What the command answers. */
  readonly answer: string
  readonly isAdmissible: boolean
  readonly isWon: boolean
}

/** One command, trimmed. A refused one changes nothing, and may find the task solved. */
export function takeCommand(house: House, world: World, text: string, rules: HouseRules): Taken {
  const command = readCommand(house, text, rules.wording)
  if (command === null || !isAdmissible(house, world, command)) {
    const answer = rules.explainsRefusals ? explained(house, world, text, rules.wording) : REFUSED
    return { world, answer, isAdmissible: false, isWon: isWon(house, world) }
  }
  const next = apply(house, world, command, !rules.looksInto)
  return { world: next, answer: answerOf(house, next, command, rules), isAdmissible: true, isWon: isWon(house, next) }
}

/** Why a command does nothing. It says no more than what the admissible commands show. */
function explained(house: House, world: World, text: string, wording: Wording): string {
  const meant = plainly(text)
  const near = admissibleCommands(house, world, wording).find((command) => command === meant)
  if (near !== undefined) return `${REFUSED} Say it exactly as: ${near}`
  return `${REFUSED} No such command can be given here.`
}

/** Lower case, single spaces, no period at the end. */
const plainly = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/[.!]+$/, '')
