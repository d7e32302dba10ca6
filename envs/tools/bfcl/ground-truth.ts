import type { Json, JsonObject } from '../../../core/data/types.ts'
import type { BfclCall } from './execute.ts'
import { str } from './python/text.ts'
import { type Py, PyDict, PySet, PyTuple } from './python/value.ts'
import type { BfclWorld } from './world.ts'

/** Arguments of a call by name; those given by place come first. */
export function argumentsOf(
  { methods }: BfclWorld,
  { name, positional, named }: BfclCall,
): readonly (readonly [string, Py])[] {
  const names = Object.keys(methods.get(name)?.method.parameters.properties ?? {})
  return [...positional.map((value, at) => [names[at] ?? `${at}`, value] as const), ...named]
}

/** The same as plain JSON: what hooks compare with what an agent wrote. */
export const namedArguments = (world: BfclWorld, call: BfclCall): JsonObject =>
  Object.fromEntries(argumentsOf(world, call).map(([key, value]) => [key, plain(value)]))

function plain(value: Py): Json {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof PyTuple) return value.items.map(plain)
  if (value instanceof PySet) return value.items().map(plain)
  return value instanceof PyDict
    ? Object.fromEntries([...value.entries()].map(([key, item]) => [str(key), plain(item)]))
    : value.repr
}
