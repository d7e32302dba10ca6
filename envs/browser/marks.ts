import type { CDPSession, Page } from 'playwright-core'
import { inSight, type PlacedElement, placesOf } from './places.ts'
import type { Box } from './tree.ts'

/** A mark in a picture of a page. A type, so that it is JSON to the compiler. */
export type Mark = Box & {
  /** Reference of its element. Its label is the number of it. */
  readonly ref: string
  readonly role: string
  readonly name: string
}

/** Marks of one picture: more would hide it. */
const MOST = 300
const LONGEST_NAME = 100

/** The elements in sight that an agent can act on, in the order of the tree. */
export async function marksOf(tree: string, window: Box, page: Page, cdp: CDPSession): Promise<readonly Mark[]> {
  const seen = await inSight(await placesOf(tree, window, page), cdp)
  return seen.slice(0, MOST).map(markOf)
}

const markOf = ({ ref, role, name, box }: PlacedElement): Mark => ({
  ref,
  role,
  name: Array.from(name).slice(0, LONGEST_NAME).join(''),
  ...box,
})

/** What is written on a mark: `e12` is 12, `f1e12` of a frame stays. It is a reference in actions, too. */
export const labelOf = (ref: string): string => ref.replace(/^e/, '')

/** Marks as text: label, role, name and box, one a line. */
export const listOf = (marks: readonly Mark[]): string =>
  marks
    .map(
      ({ ref, role, name, x, y, width, height }) =>
        `${labelOf(ref)} ${role} ${JSON.stringify(name)} ${x},${y} ${width}x${height}`,
    )
    .join('\n')
