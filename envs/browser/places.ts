import type { CDPSession, Page } from 'playwright-core'
import { inIsolation } from './isolated.ts'
import { type Box, type BoxedElement, boxedElements, type TreeElement } from './tree.ts'

/** An element that an agent can act on, and the part of the window that it has. */
export interface PlacedElement extends TreeElement {
  readonly box: Box
  /** Where the browser says that the element is, or the outermost frame that it is in: what is hit there must be within it. */
  readonly hit: Box
}

/** Where the elements of a frame are. */
interface Frame {
  /** Offset of the frame's own window within that of the page. */
  readonly left: number
  readonly top: number
  /** Part of the window that shows the frame. */
  readonly clip: Box
  /** The outermost frame. */
  readonly hit: Box
}

/**
 * The elements of a page that an agent can act on and that reach into its window, in the order of its tree, those of frames too.
 * @param tree taken with boxes
 */
export async function placesOf(tree: string, window: Box, page: Page): Promise<readonly PlacedElement[]> {
  const elements = boxedElements(tree)
  const frames = await framesOf(elements, window, page)
  return elements.flatMap(({ ref, role, name, box, frame, isActable }) => {
    const around = frame === null ? { left: 0, top: 0, clip: window, hit: box } : frames.get(frame)
    const shown = around === undefined ? null : overlap(moved(box, around), around.clip)
    return isActable && around !== undefined && shown !== null ? [{ ref, role, name, box: shown, hit: around.hit }] : []
  })
}

const moved = ({ x, y, width, height }: Box, { left, top }: Pick<Frame, 'left' | 'top'>): Box => ({
  x: x + left,
  y: y + top,
  width,
  height,
})

/** Part of a box that another has, too; null for none. */
function overlap(a: Box, b: Box): Box | null {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)]
  const width = Math.min(a.x + a.width, b.x + b.width) - x
  const height = Math.min(a.y + a.height, b.y + b.height) - y
  return width > 0 && height > 0 ? { x, y, width, height } : null
}

/** The frames that show elements, by reference. A tree has outer frames before inner ones. */
async function framesOf(
  elements: readonly BoxedElement[],
  window: Box,
  page: Page,
): Promise<ReadonlyMap<string, Frame>> {
  const frames = new Map<string, Frame>()
  for (const { ref, role, box, frame } of elements) {
    const first = role === 'iframe' ? elements.find((element) => element.frame === ref) : undefined
    const outer = frame === null ? { left: 0, top: 0, clip: window, hit: box } : frames.get(frame)
    const clip = outer === undefined ? null : overlap(moved(box, outer), outer.clip)
    if (first === undefined || outer === undefined || clip === null) continue
    const there = await page
      .locator(`aria-ref=${first.ref}`)
      .boundingBox()
      .catch(() => null)
    if (there === null) continue
    const [left, top] = [Math.round(there.x) - first.box.x, Math.round(there.y) - first.box.y]
    frames.set(ref, { left, top, clip, hit: outer.hit })
  }
  return frames
}

/** Those of the elements that are in sight: not under others, and take clicks. */
export const inSight = (places: readonly PlacedElement[], cdp: CDPSession): Promise<readonly PlacedElement[]> =>
  hitBy(places, ({ box }) => pointsIn(box), cdp)

/** The smallest element at a point, of those that a click there would reach; null for none. */
export async function elementAt(
  x: number,
  y: number,
  places: readonly PlacedElement[],
  cdp: CDPSession,
): Promise<PlacedElement | null> {
  const around = places.filter(({ box }) => overlap(box, { x, y, width: 1, height: 1 }) !== null)
  const hit = await hitBy(around, () => [[x, y]], cdp)
  return hit.toSorted((a, b) => areaOf(a) - areaOf(b))[0] ?? null
}

const areaOf = ({ box: { width, height } }: PlacedElement): number => width * height

type Point = readonly [x: number, y: number]

/** The middle of a box, and one point near each corner: the middle of a link that is broken into two lines may be beside it. */
function pointsIn({ x, y, width, height }: Box): readonly Point[] {
  const at = (right: number, down: number): Point => [x + right * width, y + down * height]
  return [at(0.5, 0.5), at(0.1, 0.2), at(0.9, 0.2), at(0.1, 0.8), at(0.9, 0.8)]
}

/** The elements that are hit at one of their points. */
async function hitBy(
  places: readonly PlacedElement[],
  pointsOf: (place: PlacedElement) => readonly Point[],
  cdp: CDPSession,
): Promise<readonly PlacedElement[]> {
  if (places.length === 0) return []
  const asked = places.map((place) => ({ points: pointsOf(place), hit: place.hit }))
  const hit = await inIsolation(cdp, `${HITS}(${JSON.stringify(asked)})`)
  return Array.isArray(hit) ? places.filter((_, number) => hit[number] === true) : []
}

/** Whether what is hit at one of some points is an element with this box, or within one. Boxes are rounded. */
const HITS = `((asked) => {
  const innermost = (root, x, y) => {
    const hit = root.elementFromPoint(x, y)
    return hit?.shadowRoot && hit !== root.host ? innermost(hit.shadowRoot, x, y) ?? hit : hit
  }
  const around = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null
  const isAt = (element, box) => {
    const { x, y, width, height } = element.getBoundingClientRect()
    const differences = [x - box.x, y - box.y, width - box.width, height - box.height]
    return differences.every((difference) => Math.abs(difference) <= 1)
  }
  const isHit = ([x, y], box) => {
    for (let element = innermost(document, x, y); element !== null; element = around(element))
      if (isAt(element, box)) return true
    return false
  }
  return asked.map(({ points, hit }) => points.some((point) => isHit(point, hit)))
})`
