import { checkTurn, type GoldTurn, type PlayedTurn } from './check.ts'
import type { StateDifference } from './compare.ts'
import { textOf } from './expert.ts'
import { repr } from './python/text.ts'
import { type Py, PyDict } from './python/value.ts'
import type { BfclWorld } from './world.ts'

/**
 * Sentences that say why a turn is wrong, for people: which attribute differs and where, which result was not obtained.
 * Empty for a turn that is right. It shows the expected end: never to an agent.
 */
export function explainTurn(world: BfclWorld, gold: GoldTurn, played: PlayedTurn): readonly string[] {
  const { problem, differences, missing } = checkTurn(world, gold, played)
  if (problem === 'empty_turn_model_response') return [`nothing was called; expected ${textOf(...gold.calls)}`]
  const unseen = missing.flatMap((at) => gold.calls[at] ?? [])
  return [...differences.flatMap(sentencesOf), ...unseen.map((call) => `not obtained: the result of ${textOf(call)}`)]
}

/** One sentence for each part that differs. */
function sentencesOf({ api, attribute, expected, found }: StateDifference): readonly string[] {
  return partsOf(`${api}.${attribute}`, expected, found).map(([path, wanted, got]) => {
    if (wanted === undefined) return `extra: ${path} should not be there, found ${shown(got ?? null)}`
    if (got === undefined) return `missing: ${path}, expected ${shown(wanted)}`
    return `wrong: ${path} is ${shown(got)}, expected ${shown(wanted)}`
  })
}

type Part = readonly [path: string, expected: Py | undefined, found: Py | undefined]

/** The deepest entries of dicts and lists of equal length that differ. */
function partsOf(path: string, expected: Py | undefined, found: Py | undefined): readonly Part[] {
  if (expected instanceof PyDict && found instanceof PyDict) {
    const keys = [...expected.keys(), ...found.keys().filter((key) => !expected.has(key))]
    return keys.flatMap((key) => partsOf(`${path}[${repr(key)}]`, entry(expected, key), entry(found, key)))
  }
  if (Array.isArray(expected) && Array.isArray(found) && expected.length === found.length)
    return expected.flatMap((item, at) => partsOf(`${path}[${at}]`, item, found[at]))
  return expected !== undefined && found !== undefined && repr(expected) === repr(found)
    ? []
    : [[path, expected, found]]
}

const entry = (dict: PyDict, key: Py): Py | undefined => (dict.has(key) ? (dict.get(key) ?? null) : undefined)

const MAX_TEXT = 80
const shown = (value: Py): string => {
  const text = repr(value)
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}
