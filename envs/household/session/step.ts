import { pythonStrip } from '../../../core/cpython/text.ts'
import type { Transition } from '../../../core/episode/environment.ts'
import type { House } from '../house.ts'
import type { HouseSettings } from '../options.ts'
import { PROFILES, type Taken, takeCommand } from '../rules/take-command.ts'
import { type HouseState, NOTHING, startWorld } from '../state.ts'
import { projectOutput } from '../verl/projection.ts'
import { observationOf } from './views.ts'

export const startState = (number: number, house: House): HouseState => ({
  ...startWorld(house),
  house: number,
  said: null,
  turns: 0,
  history: NOTHING,
})

const WON_REWARD = 10

/** One action: a command, or a model's output with a command in it. */
export function takeAction(
  house: House,
  state: HouseState,
  action: string,
  settings: HouseSettings,
): Transition<HouseState> {
  const isOutput = settings.protocol === 'verl-agent'
  const { command, isValid } = isOutput ? projectOutput(action) : { command: pythonStrip(action), isValid: true }
  const rules = { ...PROFILES[settings.profile], wording: settings.wording }
  const taken = takeCommand(house, state, pythonStrip(command), rules)
  const won = settings.reward === 'verl-agent' ? WON_REWARD : 1
  return {
    state: stateAfter(house, state, command, taken, settings),
    reward: taken.isWon ? won : 0,
    terminated: taken.isWon,
    isActionValid: isValid && (taken.isAdmissible || !rules.explainsRefusals),
    ...(taken.isWon && { info: { won: true } }),
  }
}

function stateAfter(
  house: House,
  state: HouseState,
  action: string,
  { world, answer }: Taken,
  settings: HouseSettings,
): HouseState {
  const next = { ...world, house: state.house, said: answer }
  if (settings.protocol !== 'verl-agent') return { ...next, turns: 0, history: NOTHING }
  const turn = { observation: observationOf(house, state, settings), action }
  const { historyLength } = settings
  const history = historyLength === 0 ? NOTHING : [...state.history, turn].slice(-historyLength)
  return { ...next, turns: state.turns + 1, history }
}
