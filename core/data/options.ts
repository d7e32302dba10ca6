import { GymError } from './errors.ts'
import { seal } from './plain.ts'
import { shown } from './shown.ts'
import type { Json, JsonObject } from './types.ts'

/**
 * Defaults with what was chosen over them. An option stays of the kind of its default (number, string, boolean, list,
 * object); one whose default is null takes any.
 * @param owner who has the options, for messages: `agent random`.
 * @throws GymError CONFIG_INVALID for an option it does not have, or of another kind.
 */
export function chosenOptions(owner: string, defaults: JsonObject, chosen: JsonObject): JsonObject {
  const known = Object.keys(defaults)
  for (const [name, value] of Object.entries(chosen)) {
    const standard = Object.hasOwn(defaults, name) ? defaults[name] : undefined
    if (standard === undefined)
      throw invalid(
        `${owner} has no option ${name}: ${known.length > 0 ? `it has ${known.join(', ')}` : 'it has none'}`,
      )
    if (standard !== null && kindOf(value) !== kindOf(standard))
      throw invalid(`option ${name} of ${owner} is ${kindOf(standard)}, not ${shown(value)}`)
  }
  return seal({ ...defaults, ...chosen }, { name: `options of ${owner}`, code: 'CONFIG_INVALID', hasMinusZero: true })
}

const invalid = (message: string): GymError => new GymError('CONFIG_INVALID', message)

function kindOf(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
