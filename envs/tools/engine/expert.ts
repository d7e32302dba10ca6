import type { Rng } from '../../../core/data/rng.ts'
import type { Json } from '../../../core/data/types.ts'
import type { PrivateTask } from './domain.ts'
import type { ToolCall, ToolSet } from './execute.ts'
import { isList, type Value } from './python-number.ts'

const ASK = 'Could you tell me your email address, user id, or your name and zip code?'
const DETAILS =
  'Which order or reservation is it, by its number? Which item would you rather have, what is the reason, how many, on which date, to which address, under which name, and how should it be paid or refunded?'
const CONFIRM = 'I have found it and am about to make the change as you say. Do you confirm (yes/no)?'
const DONE = 'Everything is done.'

/**
 * The next action of a solver that knows the gold calls: it asks who the user is and what it wants, looks things up, asks
 * for confirmation before each write, and says what must be said. With noise, it leaves out an action, alters the
 * arguments of a call, looks something up twice, or says too early that it is done.
 */
export function expertAction(task: PrivateTask, set: ToolSet, turn: number, noise: number, rng: Rng): Json {
  const plan = planOf(task, set)
  const action = plan[Math.min(turn, plan.length - 1)] ?? { respond: DONE }
  return rng.chance(noise) ? mistaken(action, plan, rng) : action
}

type Action = { readonly respond: string } | { readonly name: string; readonly arguments: ToolCall['args'] }

function planOf({ persona, actions, outputs }: PrivateTask, { tools }: ToolSet): readonly Action[] {
  const isWrite = ({ name }: ToolCall): boolean => tools.get(name)?.effect === 'write'
  const isFinal = ({ name }: ToolCall): boolean => tools.get(name)?.isFinal === true
  const again = persona.secondThought === undefined ? [] : [{ respond: CONFIRM }]
  const calls = actions.flatMap((each, at): readonly Action[] => {
    const call = { name: each.name, arguments: each.args }
    const isFirstWrite = isWrite(each) && !actions.slice(0, at).some(isWrite)
    return isWrite(each) ? [{ respond: CONFIRM }, ...(isFirstWrite ? again : []), call] : [call]
  })
  const [identify, ...rest] = calls
  const last = actions.at(-1)
  const end = last && isFinal(last) ? [] : [{ respond: [DONE, ...outputs].join(' ') }]
  return [{ respond: ASK }, ...(identify ? [identify] : []), { respond: DETAILS }, ...rest, ...end]
}

/** What a careless agent would do instead. */
function mistaken(action: Action, plan: readonly Action[], rng: Rng): Json {
  const isMixedUp = rng.chance(0.3)
  if ('respond' in action) return isMixedUp ? rng.choice(plan) : { respond: DONE }
  if (isMixedUp) return rng.choice(plan)
  return { name: action.name, arguments: altered(action.arguments, rng) }
}

/** One argument changed: a list loses its last item, a text is that of another argument, a number is one more. */
function altered(args: ToolCall['args'], rng: Rng): ToolCall['args'] {
  const names = Object.keys(args)
  if (names.length === 0) return args
  const name = rng.choice(names)
  return { ...args, [name]: alteredValue(args[name] ?? null, Object.values(args), rng) }
}

function alteredValue(value: Value, others: readonly Value[], rng: Rng): Value {
  if (isList(value)) return value.slice(0, -1)
  if (typeof value === 'number') return value + 1
  return rng.choice(others.filter((other) => typeof other === typeof value))
}
