import type { JsonObject, ModelScores, NullReason, Reward } from '../core/data/types.ts'
import { countOf, type Field, fieldsOf, finiteOf, Malformed, objectOf, oneOf, textOf } from './check.ts'
import { encodeNumbers, numbersOf } from './numbers.ts'

/** Version 1 and latency 0, which the environment's own reward always has, are left out. @throws Malformed */
export function encodeReward(reward: Reward): JsonObject {
  const { name, version, latencyMs, value, perToken, model, note } = reward
  if (value !== null && !Number.isFinite(value)) throw new Malformed(`reward ${name} is ${value}, which is not a value`)
  return {
    name,
    ...(version !== 1 && { version }),
    ...(latencyMs !== 0 && { latencyMs }),
    value,
    ...(reward.value === null && { reason: reward.reason }),
    ...(reward.value === null && reward.detail !== undefined && { detail: reward.detail }),
    ...(perToken && { perToken: encodeNumbers(perToken) }),
    ...(model && { model: { ...model } }),
    ...(note && { note }),
  }
}

const FIELDS = ['name', 'version', 'latencyMs', 'value', 'perToken', 'model', 'note']
const NULL_FIELDS = [...FIELDS, 'reason', 'detail']
const NULL_REASONS: readonly NullReason[] = ['threw', 'lapsed', 'not-finite', 'declined', 'not-judged', 'aborted']

/** @throws Malformed */
export function decodeReward(value: Field, what: string): Reward {
  const fields = fieldsOf(value, what, objectOf(value, what).value === null ? NULL_FIELDS : FIELDS)
  const signal = {
    name: textOf(fields.name, `the name of ${what}`),
    version: fields.version === undefined ? 1 : countOf(fields.version, `the version of ${what}`),
    latencyMs: fields.latencyMs === undefined ? 0 : finiteOf(fields.latencyMs, `latencyMs of ${what}`),
    ...(fields.perToken !== undefined && { perToken: numbersOf(fields.perToken, `perToken of ${what}`) }),
    ...(fields.model !== undefined && { model: modelOf(fields.model, `the model of ${what}`) }),
    ...(fields.note !== undefined && { note: noteOf(fields.note, `the note of ${what}`) }),
  }
  if (fields.value !== null) return { ...signal, value: finiteOf(fields.value, `the value of ${what}`) }
  const reason = oneOf(fields.reason, `the reason of ${what}`, NULL_REASONS)
  if (fields.detail === undefined) return { ...signal, value: null, reason }
  return { ...signal, value: null, reason, detail: textOf(fields.detail, `the detail of ${what}`) }
}

/** Any object: what it holds is the matter of hooks. */
const noteOf = (value: Field, what: string): JsonObject => objectOf(value, what)

function modelOf(value: Field, what: string): ModelScores {
  const { version, logProb, referenceLogProb } = fieldsOf(value, what, ['version', 'logProb', 'referenceLogProb'])
  return {
    version: textOf(version, `the version of ${what}`),
    logProb: finiteOf(logProb, `logProb of ${what}`),
    referenceLogProb: finiteOf(referenceLogProb, `referenceLogProb of ${what}`),
  }
}
