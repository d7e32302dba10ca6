import type { Rng } from '../../../core/data/rng.ts'
import type { Json } from '../../../core/data/types.ts'
import type { BfclEpisode } from './episode.ts'
import type { BfclCall } from './execute.ts'
import { argumentsOf } from './ground-truth.ts'
import { answerOf, repr } from './python/text.ts'
import { type Py, PyDict } from './python/value.ts'
import type { OpenTask } from './task.ts'
import type { BfclWorld } from './world.ts'

/** Turns with more calls than this make several a step. */
const MOST_STEPS = 10
const DONE = 'That is done.'
const CANNOT = 'I cannot do that yet: something is missing.'

/**
 * The next action of a solver that knows the gold calls: it makes those of the turn one a step, or a few where there are many, and ends the turn. With
 * noise, it ends a turn too early, makes a call of another turn, or alters an argument.
 */
export function expertAction({ turn, steps }: BfclEpisode, { gold, world }: OpenTask, noise: number, rng: Rng): Json {
  const calls = gold[turn]?.calls ?? []
  const size = Math.ceil(calls.length / MOST_STEPS)
  const next = calls.slice(steps * size, (steps + 1) * size)
  if (!rng.chance(noise)) return next.length > 0 ? actionOf(world, next) : endOf(calls)
  if (next.length === 0)
    return steps > 0
      ? DONE
      : actionOrEnd(
          world,
          anyOf(
            gold.flatMap((each) => each.calls),
            rng,
          ),
        )
  if (rng.chance(0.3)) return DONE
  return actionOrEnd(world, rng.chance(0.4) ? anyOf(calls, rng) : next.slice(0, 1).map((call) => altered(call, rng)))
}

const endOf = (calls: readonly BfclCall[]): string => (calls.length === 0 ? CANNOT : DONE)

const anyOf = (calls: readonly BfclCall[], rng: Rng): readonly BfclCall[] =>
  calls.length === 0 ? [] : [rng.choice(calls)]

const actionOrEnd = (world: BfclWorld, calls: readonly BfclCall[]): Json =>
  calls.length === 0 ? CANNOT : actionOf(world, calls)

/** Calls as names with arguments, which hooks read, where JSON can hold these; else as Python writes them. */
function actionOf(world: BfclWorld, calls: readonly BfclCall[]): Json {
  const written = calls.map((call) => structured(world, call))
  if (written.includes(null)) return textOf(...calls)
  return written.length === 1 ? (written[0] ?? null) : { tool_calls: written }
}

/** Arguments are JSON text, which keeps floats apart from ints. */
function structured(world: BfclWorld, call: BfclCall): Json {
  const args = new PyDict(argumentsOf(world, call))
  return isJson(args) ? { name: call.name, arguments: answerOf(args) } : null
}

function isJson(value: Py): boolean {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value))
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isJson)
  return value instanceof PyDict && [...value.entries()].every(([key, item]) => typeof key === 'string' && isJson(item))
}

/** Calls as Python writes them, which keeps the types of all values. */
export const textOf = (...calls: readonly BfclCall[]): string => `[${calls.map(callText).join(', ')}]`

function callText({ name, positional, named }: BfclCall): string {
  const args = [...positional.map(literal), ...[...named].map(([key, value]) => `${key}=${literal(value)}`)]
  return `${name}(${args.join(', ')})`
}

/** An infinite float is written as a literal that overflows. */
const literal = (value: Py): string => (value === Infinity ? '1e999' : value === -Infinity ? '-1e999' : repr(value))

/** One argument changed: a number is one more, a text that of another argument, a list has one item less. */
function altered(call: BfclCall, rng: Rng): BfclCall {
  const names = [...call.named.keys()]
  if (names.length === 0) return call
  const name = rng.choice(names)
  return { ...call, named: new Map(call.named).set(name, alteredValue(call.named.get(name) ?? null, call, rng)) }
}

function alteredValue(value: Py, { named }: BfclCall, rng: Rng): Py {
  if (typeof value === 'bigint') return value + 1n
  if (typeof value === 'number') return value + 1
  if (typeof value === 'boolean') return !value
  if (Array.isArray(value)) return value.slice(0, -1)
  const texts = [...named.values()].filter((other) => typeof other === 'string' && other !== value)
  return texts.length > 0 ? rng.choice(texts) : `${String(value)}_2`
}
