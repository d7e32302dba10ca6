import type { Rng } from '../../core/data/rng.ts'
import type { Transition } from '../../core/episode/environment.ts'
import type { ChainAction } from './action.ts'
import { type Call, type Chain, calculated, keyOf } from './chain.ts'
import { FIELDS } from './facts.ts'
import type { ChainResources, ChainSettings } from './options.ts'

/** What was found out, in whichever order. */
export interface ChainState {
  readonly task: number
  /** Calls with a result, each once, in the order of their keys. */
  readonly made: readonly Call[]
  /** What the last call answered; null before the first. */
  readonly said: string | null
  readonly answer: number | null
}

export const startState = (task: number): ChainState => ({ task, made: [], said: null, answer: null })

const NO_CHAIN: Chain = { question: '', calls: [], answer: 0 }

/** The chain of a task; one without calls where there is none, as checks ask for. */
export const chainOf = ({ chains }: ChainResources, task: number): Chain => chains[task] ?? NO_CHAIN

/** What a call answers, as text; null where there is nothing of that name. */
export function resultOf({ facts }: ChainResources, call: Call): string | null {
  if (call.tool === 'calculate') return `${calculated(call.left, call.operation, call.right)}`
  const entry = facts[call.tool].get(call.name)
  return entry === undefined
    ? null
    : Object.entries(entry)
        .map(([field, value]) => `${field}: ${value}`)
        .join(', ')
}

/** The state after a call or the answer, which ends the episode. */
export function take(
  state: ChainState,
  action: ChainAction,
  resources: ChainResources,
  rng: Rng,
): Transition<ChainState> {
  const next = action.tool === 'answer' ? { ...state, answer: action.value } : called(state, action, resources)
  const isDone = next.answer !== null
  const reward = rewardOf(state, next, resources, rng)
  return {
    state: next,
    reward,
    terminated: isDone,
    isActionValid: isDone || next.made !== state.made || isKnown(state, action),
  }
}

const isKnown = (state: ChainState, action: ChainAction): boolean =>
  action.tool !== 'answer' && state.made.some((call) => keyOf(call) === keyOf(action))

function called(state: ChainState, call: Call, resources: ChainResources): ChainState {
  const result = resultOf(resources, call)
  if (result === null) return { ...state, said: `there is no such ${call.tool}` }
  if (isKnown(state, call)) return { ...state, said: result }
  const made = [...state.made, call].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  return { ...state, made, said: result }
}

/** Share of the calls and the answer of a chain that are there: each needed call counts once, and the answer once. */
export function progressOf({ made, answer }: ChainState, chain: Chain): number {
  const keys = new Set(made.map(keyOf))
  const found = chain.calls.filter((call) => keys.has(keyOf(call))).length
  return (found + Number(answer === chain.answer)) / (chain.calls.length + 1)
}

function rewardOf(before: ChainState, after: ChainState, resources: ChainResources, rng: Rng): number {
  const { settings } = resources
  const chain = chainOf(resources, after.task)
  if (settings.reward === 'steps') {
    const share = 1 / (chain.calls.length + 1)
    return share * controlled(Math.round((progressOf(after, chain) - progressOf(before, chain)) / share), settings, rng)
  }
  return after.answer === null ? 0 : controlled(Number(after.answer === chain.answer), settings, rng)
}

/** What a judgement of 0 or 1 becomes under a control. */
function controlled(right: number, { control }: ChainSettings, rng: Rng): number {
  if (control === 'random') return Number(rng.chance(0.5))
  return control === 'inverted' ? 1 - right : right
}

/** Numbers that the calls so far have given, ascending. */
export function numbersOf(resources: ChainResources, { made }: ChainState): readonly number[] {
  const found = made.flatMap((call) => {
    if (call.tool === 'calculate') return [calculated(call.left, call.operation, call.right)]
    const entry = resources.facts[call.tool].get(call.name) ?? {}
    return FIELDS[call.tool].numbers.map((field) => Number(entry[field]))
  })
  return [...new Set(found)].toSorted((a, b) => a - b)
}
