import type { Incident } from '../../browser/incidents.ts'
import type { Mark } from './marks.ts'

/** What a page shows, as the browser says it. A type, so that it is JSON to the compiler. */
export type Seen = {
  readonly url: string
  readonly title: string
  /** Accessibility tree with references. */
  readonly tree: string
  /** What an agent acts on, where that is not the tree: text, HTML or a picture. */
  readonly other: string | null
  /** Marks in the picture; none where none are drawn. */
  readonly marks: readonly Mark[]
  /** Reference of the element that was acted on by its coordinates; null where there was none. */
  readonly target: string | null
  /** Why the last action did nothing; null where it did something. */
  readonly problem: string | null
  /** Whether all but the answer of the judge holds. */
  readonly holds: boolean
  readonly incidents: readonly Incident[]
}

/** State of an episode on pages of others: all that was seen of them. */
export interface PageState {
  /** Number of the task over all splits. */
  readonly task: number
  readonly instruction: string
  readonly url: string
  readonly title: string
  readonly tree: string
  readonly other: string | null
  readonly marks: readonly Mark[]
  readonly problem: string | null
  /** Steps of the shortest way that were taken, in its order. */
  readonly followed: number
  readonly isOver: boolean
}

/** Observation: what is asked for, where the agent is, what is there. A picture is shown alone. */
export function textOf({ instruction, url, title, tree, other, problem }: PageState): string {
  if (other?.startsWith('data:image/')) return other
  const refused = problem === null ? [] : [`Nothing happened: ${problem}.`]
  return [`Task: ${instruction}`, `Page: ${title} (${url})`, ...refused, '', other ?? tree].join('\n')
}

/** Page alone: address and tree, regardless of what was refused. */
export const pageAnchor = ({ url, tree }: PageState): string => `${url}\n${tree}`
