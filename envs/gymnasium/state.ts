import { GymError } from '../../core/data/errors.ts'
import { canonicalJson } from '../../core/data/hash.ts'
import { isJsonObject } from '../../core/data/json.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import type { Shown } from './answers.ts'

/** What agents are shown of an observation. */
export type ViewOptions = {
  /** Field of an observation that is a dict; '' for all of it. */
  readonly text: string
  /** `observation`, `rendering`, or `both`. */
  readonly view: string
  /** Names of the actions of a discrete space, in their order. */
  readonly actions: readonly Json[]
}

/** What an environment showed last, and why an action was not taken. */
export type GymnasiumState = Shown & { readonly problem: string | null }

export const VIEWS: readonly string[] = ['observation', 'rendering', 'both']

/** The view of a state: the reason first where an action was not taken. */
export function textOf({ observation, rendering, problem }: GymnasiumState, { text, view }: ViewOptions): string {
  const seen = observationText(observation, text)
  const shown = view === 'observation' ? [seen] : view === 'both' ? [rendering ?? '', seen] : [rendering ?? '']
  return [...(problem === null ? [] : [problem]), ...shown].join('\n')
}

/** A text as it is; anything else as JSON. */
function observationText(observation: Json, field: string): string {
  const chosen = field !== '' && isJsonObject(observation) ? (observation[field] ?? observation) : observation
  return typeof chosen === 'string' ? chosen : canonicalJson(chosen)
}

/** Values of a discrete space that are listed at most. */
const MOST_LISTED = 500

/** Admissible actions of a discrete space, by their names where they have some; null where they cannot be listed. */
export function actionsOf({ discrete, mask }: Shown, { actions: names }: ViewOptions): readonly Json[] | null {
  if (discrete === null || discrete.n > MOST_LISTED) return null
  const values = mask ?? Array.from({ length: discrete.n }, (_, at) => discrete.start + at)
  return values.map((value) => names[value - discrete.start] ?? value)
}

/** The value with this name; any other action as it is. */
export function valueNamed(action: Json, { discrete }: Shown, { actions: names }: ViewOptions): Json {
  const at = typeof action === 'string' ? names.indexOf(action.trim()) : -1
  return at < 0 || discrete === null ? action : discrete.start + at
}

/** Numbers and booleans among the fields, for reward hooks; null for what is neither. */
export const measuresOf = ({ info }: Shown, names: readonly string[]): Readonly<Record<string, number | null>> =>
  Object.fromEntries(names.map((name) => [name, measureOf(info[name])]))

function measureOf(value: Json | undefined): number | null {
  if (typeof value === 'boolean') return Number(value)
  return typeof value === 'number' ? value : null
}

/** Fields by their names, where they are there. */
export const fieldsOf = ({ info }: Shown, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.flatMap((name) => (info[name] === undefined ? [] : [[name, info[name]]])))

/** @throws GymError CONFIG_INVALID */
export function namesIn(option: string, list: readonly Json[]): readonly string[] {
  return list.map((each, at) => {
    if (typeof each === 'string' && each !== '') return each
    throw new GymError('CONFIG_INVALID', `${option}[${at}] of gymnasium is a name`)
  })
}
