import type { CDPSession, Page } from 'playwright-core'
import { drawnMarks, drawnOn } from './drawing.ts'
import { inIsolation } from './isolated.ts'
import { type Mark, marksOf } from './marks.ts'
import type { PageOptions } from './options.ts'
import { type Box, withoutBoxes } from './tree.ts'

/** Characters of elements and texts above which a page is not read as a whole. */
const MOST_ELEMENTS = 20_000
const MOST_CHARACTERS = 2_000_000

/** What is read of a page. */
export interface PageReading {
  /** Accessibility tree with references and boxes, or a sentence that says why there is none. */
  readonly boxedTree: string
  readonly tree: string
  readonly other: string | null
  readonly marks: readonly Mark[]
}

export const windowOf = ({ width, height }: PageOptions): Box => ({ x: 0, y: 0, width, height })

/** Reads a page in the form that agents act on, and its tree in any case. */
export async function readingOf(page: Page, cdp: CDPSession, options: PageOptions): Promise<PageReading> {
  const boxedTree = await boxedTreeOf(page, cdp)
  const tree = cut(withoutBoxes(boxedTree), options.shownCharacters)
  if (options.observation !== 'marks') return { boxedTree, tree, other: await otherOf(page, cdp, options), marks: [] }
  const marks = await marksOf(boxedTree, windowOf(options), page, cdp)
  const drawn = drawnMarks(marks, windowOf(options))
  return { boxedTree, tree, other: await drawnOn(await pictureOf(page, 'png'), options.picture, drawn, cdp), marks }
}

/** The accessibility tree; of a page that is too large, that it is. */
async function boxedTreeOf(page: Page, cdp: CDPSession): Promise<string> {
  const instead = await inIsolation(cdp, INSTEAD)
  return typeof instead === 'string' ? instead : whole(await page.ariaSnapshot({ mode: 'ai', boxes: true }))
}

async function otherOf(page: Page, cdp: CDPSession, options: PageOptions): Promise<string | null> {
  const { observation, picture, shownCharacters } = options
  if (observation === 'accessibility') return null
  if (observation === 'screenshot')
    return `data:image/${picture};base64,${(await pictureOf(page, picture)).toString('base64')}`
  const part = observation === 'text' ? 'document.body?.innerText' : 'document.documentElement?.outerHTML'
  const text = await inIsolation(cdp, `String(${part} ?? '').slice(0, ${shownCharacters + 1})`)
  return cut(whole(String(text)), shownCharacters)
}

const pictureOf = (page: Page, type: 'png' | 'jpeg'): Promise<Buffer> =>
  page.screenshot({ type, animations: 'disabled', caret: 'hide' })

/** Null for a page that can be read as a whole; else what is shown instead. */
const INSTEAD = `(() => {
  if (document.body === null) return 'The page is empty.'
  const elements = document.getElementsByTagName('*').length
  const characters = document.documentElement?.textContent.length ?? 0
  return elements > ${MOST_ELEMENTS} || characters > ${MOST_CHARACTERS}
    ? 'The page is too large to show: ' + elements + ' elements, ' + characters + ' characters.'
    : null
})()`

/** Halves of characters cannot be written as UTF-8. */
const whole = (text: string): string => text.replace(/\p{Surrogate}/gu, '\uFFFD')

const cut = (text: string, most: number): string =>
  text.length > most ? whole(`${text.slice(0, most)}\n(cut after ${most} characters)`) : text
