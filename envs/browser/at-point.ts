import type { CDPSession, Page } from 'playwright-core'
import { inIsolation } from './isolated.ts'
import { elementAt, placesOf } from './places.ts'
import type { Box } from './tree.ts'

/** A point of a window. */
export interface Point {
  readonly x: number
  readonly y: number
}

/** @throws Error where the window does not have the point */
export function expectIn({ width, height }: Box, { x, y }: Point): void {
  if (x >= width || y >= height) throw new Error(`the window has ${width} by ${height} pixels, from 0, 0`)
}

/**
 * Reference of the element that a click at a point reaches; null for none.
 * @param tree of the page, taken with boxes
 */
export async function targetAt(
  { x, y }: Point,
  tree: string,
  window: Box,
  page: Page,
  cdp: CDPSession,
): Promise<string | null> {
  const element = await elementAt(x, y, await placesOf(tree, window, page), cdp)
  return element?.ref ?? null
}

/**
 * Clicks at a point, and puts a text in place of what is in the field there.
 * @throws Error where the click led to no field
 */
export async function typeAt({ x, y }: Point, text: string, page: Page, cdp: CDPSession): Promise<void> {
  await page.mouse.click(x, y)
  if ((await inIsolation(cdp, IS_IN_FIELD)) !== true) throw new Error(`there is no field to type into at ${x}, ${y}`)
  await page.keyboard.press('ControlOrMeta+a')
  if (text === '') await page.keyboard.press('Delete')
  else await page.keyboard.insertText(text)
}

/** Whether what is typed goes into a field. What has the focus within a frame is not known, and may be one. */
const IS_IN_FIELD = `(() => {
  let element = document.activeElement
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  if (element === null) return false
  if (element.isContentEditable || element.localName === 'iframe') return true
  if (element.readOnly || element.disabled) return false
  const kinds = ['email', 'number', 'password', 'search', 'tel', 'text', 'url']
  return element.localName === 'textarea' || (element.localName === 'input' && kinds.includes(element.type))
})()`
