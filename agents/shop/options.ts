import type { Requirements } from './requirements.ts'
import { stemOf, tokensOf } from './words.ts'

/**
 * The values on an item page that the instruction names, one an option, those already chosen left out.
 * @param labels names of options, each before its values
 * @param clickable texts that can be clicked now; null where the environment lists no actions, so that names cannot
 * be distinguished from values, and every label that the instruction names counts
 * @param chosen values that were clicked since the page was opened
 */
export function wantedValues(
  requirements: Requirements,
  labels: readonly string[],
  clickable: ReadonlySet<string> | null,
  chosen: readonly string[],
): readonly string[] {
  return groupsOf(labels, clickable, chosen)
    .filter((values) => !values.some((value) => chosen.includes(value)))
    .flatMap((values) => bestOf(requirements, values))
}

/** Values between two names belong to one option; without a list of what is clickable, each stands alone. */
function groupsOf(
  labels: readonly string[],
  clickable: ReadonlySet<string> | null,
  chosen: readonly string[],
): readonly (readonly string[])[] {
  if (clickable === null) return labels.map((label) => [label])
  const groups: string[][] = []
  for (const label of labels) {
    const isValue = clickable.has(label) || chosen.includes(label)
    if (isValue) groups.at(-1)?.push(label)
    else groups.push([])
  }
  return groups
}

function bestOf(requirements: Requirements, values: readonly string[]): readonly string[] {
  let best: { readonly value: string; readonly score: number } | null = null
  for (const value of values) {
    const score = likenessOf(requirements, value)
    if (score > (best?.score ?? 0)) best = { value, score }
  }
  return best === null ? [] : [best.value]
}

/** Longer values count more, and those that stand in the instruction as they are twice as much. */
function likenessOf({ tokens, stems }: Requirements, value: string): number {
  const words = tokensOf(value)
  if (words.length === 0) return 0
  if (` ${tokens.join(' ')} `.includes(` ${words.join(' ')} `)) return 2 * words.length
  return words.every((word) => stems.includes(stemOf(word))) ? words.length : 0
}
