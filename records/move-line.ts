import type { Effect, JsonObject, Move, Refusal } from '../core/data/types.ts'
import { defaulted, type Field, fieldsOf, jsonOf, listOf, objectOf, oneOf, textOf } from './check.ts'

/** Fields of a move, without those that have their default: no effects, the fork path of its episode. */
export function encodeMove({ action, forkPath, effects, refused }: Move, episodeForkPath: string): JsonObject {
  return {
    action,
    ...(forkPath !== episodeForkPath && { forkPath }),
    ...(effects.length > 0 && { effects: effects.map(encodeEffect) }),
    ...(refused && { refused: { code: refused.code, problem: refused.problem } }),
  }
}

export const MOVE_FIELDS = ['action', 'forkPath', 'effects', 'refused'] as const

/** @throws Malformed */
export function decodeMove(fields: JsonObject, episodeForkPath: string): Move {
  return {
    action: jsonOf(fields.action, 'action'),
    forkPath: defaulted(fields.forkPath, 'forkPath', episodeForkPath, textOf),
    effects: defaulted(fields.effects, 'effects', [], effectsOf),
    ...(fields.refused !== undefined && { refused: refusalOf(fields.refused) }),
  }
}

export function encodeEffect(effect: Effect): JsonObject {
  const { name, input } = effect
  return 'error' in effect ? { name, input, error: effect.error } : { name, input, output: effect.output }
}

export const effectsOf = (value: Field, what: string): readonly Effect[] => listOf(value, what, effectOf)

function effectOf(value: Field, what: string): Effect {
  const hasFailed = objectOf(value, what).error !== undefined
  const fields = fieldsOf(value, what, ['name', 'input', hasFailed ? 'error' : 'output'])
  const call = { name: textOf(fields.name, `the name of ${what}`), input: jsonOf(fields.input, `the input of ${what}`) }
  return hasFailed
    ? { ...call, error: textOf(fields.error, `the error of ${what}`) }
    : { ...call, output: jsonOf(fields.output, `the output of ${what}`) }
}

function refusalOf(value: Field): Refusal {
  const fields = fieldsOf(value, 'refused', ['code', 'problem'])
  return {
    code: oneOf(fields.code, 'refused.code', ['ACTION_INVALID', 'ACTION_TOO_LARGE']),
    problem: textOf(fields.problem, 'refused.problem'),
  }
}
