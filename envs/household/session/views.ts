import type { House } from '../house.ts'
import type { HouseSettings } from '../options.ts'
import { admissibleCommands } from '../rules/admissible.ts'
import { PROFILES } from '../rules/take-command.ts'
import { carriedText, lampTexts, lookInto, placeText, startText } from '../rules/texts.ts'
import type { HouseState } from '../state.ts'
import { buildPrompt } from '../verl/prompt.ts'

/** What the last command answered; by the default rules also where the agent is, what it carries and its task. */
export function observationOf(house: House, state: HouseState, { profile }: HouseSettings): string {
  if (state.said === null) return startText(house)
  return PROFILES[profile].showsSituation
    ? `${state.said}\n\n${placeText(house, state)} ${handAndLamps(house, state)}`
    : state.said
}

/** All that can be seen from here. */
export const situationOf = (house: House, state: HouseState): string =>
  `${lookInto(house, state)} ${handAndLamps(house, state)}`

/** What is carried, and in which state; lamps here that are on; the task. */
const handAndLamps = (house: House, state: HouseState): string =>
  `${[carriedText(house, state), ...lampTexts(house, state)].join(' ')}\nYour task is to: ${house.text}.`

/** The observation in verl-agent's prompt. */
export const promptOf = (house: House, state: HouseState, settings: HouseSettings): string =>
  buildPrompt({
    task: `${house.text}.`,
    observation: observationOf(house, state, settings),
    admissible: admissibleCommands(house, state, settings.wording),
    turns: state.history,
    steps: state.turns,
  })
