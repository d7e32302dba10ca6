import type { OpenEpisode } from './open-run.ts'

const MOST_LABEL = 400
const SEPARATOR = / \[SEP\] |\n+/

/** The longest part of the first observation: what the task asks for, in environments that say it. */
export function goalOf({ recorded: { start } }: OpenEpisode): string {
  const parts = partsOf(start.observation)
  const longest = parts.reduce((most, part) => (part.length > most.length ? part : most), '')
  const isPicture = start.observation.startsWith('data:')
  return ((isPicture ? '' : longest) || start.taskId).slice(0, MOST_LABEL)
}

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
