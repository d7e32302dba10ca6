import type { Json } from '../../../core/data/types.ts'
import type { Conversation } from './conversation.ts'
import type { Parameter, ToolSchema } from './schemas.ts'
import type { SlotValue, ValueFinder } from './slots.ts'

/** A call that could be made, with where its arguments come from. */
export interface Call {
  readonly name: string
  readonly slots: readonly (SlotValue & { readonly parameter: Parameter })[]
  readonly score: number
}

/** Calls of one tool. */
export const MOST_CALLS = 6
/** Calls in progress while arguments are added. */
const BEAM = 16

/**
 * Calls of a tool with values seen so far, the likeliest first: a beam search over the parameters in their order. A
 * value counts for more where its message has another argument of the call too, and the closer it follows the argument
 * before it. None where a
 * parameter has no value.
 */
export function callsOf(
  { name, parameters }: ToolSchema,
  conversation: Conversation,
  valuesFor: ValueFinder,
): readonly Call[] {
  let calls: readonly Call[] = parameters === null ? [] : [{ name, slots: [], score: 0 }]
  for (const parameter of parameters ?? []) {
    const values = valuesFor(parameter)
    calls = calls
      .flatMap((call) => values.flatMap((value) => extended(call, parameter, value, conversation)))
      .toSorted((one, other) => other.score - one.score)
      .slice(0, BEAM)
  }
  return calls.slice(0, MOST_CALLS)
}

/** The call as an action. */
export const actionOf = ({ name, slots }: Call): Json => ({
  name,
  arguments: Object.fromEntries(
    slots.map(({ parameter, value }) => [parameter.name, parameter.isList ? [value] : value]),
  ),
})

const [TOGETHER, FOLLOWING] = [1, 0.5] as const
/** Characters between two values after which what following counts for is halved. */
const NEAR = 8

/** The call with one argument more; none where the value, or its place in the text, is taken. */
function extended(
  { name, slots, score }: Call,
  parameter: Parameter,
  value: SlotValue,
  { messages }: Conversation,
): readonly Call[] {
  const isTaken = slots.some((other) => other.value === value.value || overlaps(other, value))
  if (isTaken) return []
  const previous = slots.at(-1)
  const found = messages[value.message]?.found ?? []
  const isTogether = slots.some(
    (other) => other.message === value.message || found.some((each) => each.value === other.value),
  )
  const bonus = (isTogether ? TOGETHER : 0) + FOLLOWING / (1 + gapBetween(previous, value) / NEAR)
  return [{ name, slots: [...slots, { ...value, parameter }], score: score + value.score + bonus }]
}

/** Characters from one value to the next in the same message; Infinity where it does not follow. */
function gapBetween(previous: SlotValue | undefined, { message, span }: SlotValue): number {
  if (!previous?.span || !span || previous.message !== message || previous.span[1] > span[0]) return Infinity
  return span[0] - previous.span[1]
}

const overlaps = (one: SlotValue, other: SlotValue): boolean =>
  one.message === other.message &&
  one.span !== null &&
  other.span !== null &&
  one.span[0] < other.span[1] &&
  other.span[0] < one.span[1]
