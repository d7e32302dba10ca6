import type { CDPSession } from 'playwright-core'
import { inIsolation } from './isolated.ts'
import { labelOf, type Mark } from './marks.ts'
import type { Box } from './tree.ts'

/** A mark as it is drawn. */
export interface DrawnMark {
  readonly box: Box
  readonly label: string
  readonly labelBox: Box
  readonly colour: string
}

const LABEL_HEIGHT = 15
/** Pixels of a letter of a label, whose type has one width. */
const LETTER_WIDTH = 8
/** White on each of them has a contrast of at least 4.5. */
const COLOURS = ['#B3261E', '#1F5FA8', '#1B6E3C', '#7A3E9D', '#8A5A00', '#00696F', '#A3195B', '#44474E']

/** Marks with their labels, which are put at the corners of their boxes where they hide no other label. */
export function drawnMarks(marks: readonly Mark[], window: Box): readonly DrawnMark[] {
  const taken: Box[] = []
  return marks.map(({ ref, x, y, width, height }, number) => {
    const label = labelOf(ref)
    const box = { x, y, width, height }
    const corners = cornersFor(label, box).map((corner) => within(corner, window))
    const labelBox = corners.find((corner) => !taken.some((other) => isOver(corner, other))) ?? corners[0] ?? box
    taken.push(labelBox)
    return { box, label, labelBox, colour: COLOURS[number % COLOURS.length] ?? '' }
  })
}

/** Above the box at its left, then at its other corners, outside before inside. */
function cornersFor(label: string, { x, y, width, height }: Box): readonly Box[] {
  const size = { width: label.length * LETTER_WIDTH + 4, height: LABEL_HEIGHT }
  const [above, below, right] = [y - LABEL_HEIGHT, y + height, x + width - size.width]
  return [
    { x, y: above, ...size },
    { x: right, y: above, ...size },
    { x, y: below, ...size },
    { x: right, y: below, ...size },
    { x, y, ...size },
    { x: right, y, ...size },
  ]
}

const within = (box: Box, window: Box): Box => ({
  ...box,
  x: Math.max(window.x, Math.min(box.x, window.x + window.width - box.width)),
  y: Math.max(window.y, Math.min(box.y, window.y + window.height - box.height)),
})

const isOver = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height

/**
 * Draws marks into a picture, outside of the page: on a canvas that is no part of it, in a world of its own.
 * @param picture PNG
 * @returns data URL
 */
export async function drawnOn(
  picture: Uint8Array,
  type: 'png' | 'jpeg',
  marks: readonly DrawnMark[],
  cdp: CDPSession,
): Promise<string> {
  const given = { picture: Buffer.from(picture).toString('base64'), type: `image/${type}`, marks }
  return String(await inIsolation(cdp, `${DRAW}(${JSON.stringify(given)})`, true))
}

const DRAW = `(async ({ picture, type, marks }) => {
  const bytes = Uint8Array.from(atob(picture), (character) => character.charCodeAt(0))
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
  const canvas = new OffscreenCanvas(image.width, image.height)
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  pen.drawImage(image, 0, 0)
  Object.assign(pen, { font: 'bold 13px monospace', textBaseline: 'middle', textAlign: 'center', lineWidth: 2 })
  for (const { box, colour } of marks) {
    pen.strokeStyle = colour
    pen.strokeRect(box.x + 1, box.y + 1, Math.max(0, box.width - 2), Math.max(0, box.height - 2))
  }
  for (const { label, labelBox: { x, y, width, height }, colour } of marks) {
    pen.fillStyle = colour
    pen.fillRect(x, y, width, height)
    pen.fillStyle = '#FFFFFF'
    pen.fillText(label, x + width / 2, y + height / 2 + 1)
  }
  const drawn = await canvas.convertToBlob({ type, quality: 0.8 })
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result)
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(drawn)
  })
})`
