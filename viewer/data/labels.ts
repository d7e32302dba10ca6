import { cut } from '../../core/data/shown.ts'
import type { EpisodeStart } from '../../core/rollout/log.ts'

const MOST_LABEL = 400
/** Characters of a goal that has a place of its own. */
const MOST_GOAL = 4000
const SEPARATOR = / \[SEP\] |\n+/

/** An episode as far as its goal is read from it. */
interface Started {
  readonly recorded: { readonly start: Pick<EpisodeStart, 'observation' | 'taskId'> }
}

/** What a task asks for: the part of the first observation that says so, else its longest part, else the name of the task. */
export function goalOf({ recorded: { start } }: Started): string {
  const parts = start.observation.startsWith('data:') ? [] : partsOf(start.observation)
  const longest = parts.reduce((most, part) => (part.length > most.length ? part : most), '')
  return cut(parts.find((part) => STATED.test(part)) || longest || start.taskId, MOST_GOAL)
}

/** Such as `Goal: take the key` or `Your task is to: find the lamp`. */
const STATED = /^(your |the )?(task|goal|instruction|objective|question)( is( to)?)?: *\S/i

/** The same in a row of a table. */
export const goalLabel = (episode: Started): string => cut(goalOf(episode), MOST_LABEL)

const partsOf = (text: string): readonly string[] =>
  text
    .split(SEPARATOR)
    .map((part) => part.trim())
    .filter((part) => part !== '')

const MOST_PARTS = 3

/**
 * Short labels of texts: the parts of each that the fewest others have, in their order. Texts that are alike in all
 * parts have the same label.
 */
export function labelsOf(texts: readonly string[]): readonly string[] {
  const all = texts.map(partsOf)
  const counts = new Map<string, number>()
  for (const parts of all) for (const part of new Set(parts)) counts.set(part, (counts.get(part) ?? 0) + 1)
  return all.map((parts, at) => labelOf(parts, counts) || (texts[at] ?? '').slice(0, MOST_LABEL))
}

function labelOf(parts: readonly string[], counts: ReadonlyMap<string, number>): string {
  const rarest = [...new Set(parts)]
    .toSorted((one, other) => (counts.get(one) ?? 0) - (counts.get(other) ?? 0))
    .slice(0, MOST_PARTS)
  return parts
    .filter((part, at) => rarest.includes(part) && parts.indexOf(part) === at)
    .join(' · ')
    .slice(0, MOST_LABEL)
}
