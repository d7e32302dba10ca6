import type { Level, Shape, Tile } from '../level.ts'
import type { GridSettings } from '../options.ts'
import type { GridState } from '../state.ts'
import { captionOf } from './text.ts'

/** Pixels of a cell, of a line of the caption, and of a letter in it at most. */
const CELL = 24
const LINE = 16
const LETTER = 7

/** Map as an image with the sentences of the text below it: the image shows what the text shows, no more. */
export function svgView(level: Level, state: GridState, settings: GridSettings): string {
  const { map } = level.scene(state, settings.aliasing)
  const caption = captionOf(level, state, settings)
  const columns = Math.max(...map.map((row) => row.length))
  const width = Math.max(CELL * columns, ...caption.map((line) => LETTER * line.length + 8))
  const height = CELL * map.length
  const rows = map.map((row, at) => [...row].map((symbol, column) => cell(level.legend[symbol], column, at)).join(''))
  const lines = caption.map(
    (line, at) =>
      `<text x="4" y="${height + LINE * (at + 1) - 4}" font-size="11" font-family="sans-serif">${escaped(line)}</text>`,
  )
  const size = `width="${width}" height="${height + LINE * caption.length + 4}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}><title>${escaped(level.goal)}</title>${rows.join('')}${lines.join('')}</svg>`
}
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

function cell(tile: Tile | undefined, column: number, row: number): string {
  const { shape = 'unknown', colour = 'sienna', isOnTarget = false } = tile ?? {}
  const under = isOnTarget ? DRAWINGS.target(colour) : ''
  return `<g transform="translate(${column * CELL} ${row * CELL})">${square(GROUNDS[shape] ?? FLOOR)}${under}${DRAWINGS[shape](colour)}</g>`
}

const square = (fill: string): string => `<rect width="${CELL}" height="${CELL}" fill="${fill}" stroke="#ddd"/>`

const FLOOR = '#f7f7f2'
const GROUNDS: Readonly<Partial<Record<Shape, string>>> = { wall: '#55606b', unknown: '#b8bfc6' }

/** Drawing of the content of a cell, 24 by 24. */
const DRAWINGS: Readonly<Record<Shape, (colour: string) => string>> = {
  wall: () => '',
  floor: () => '',
  unknown: () => '<text x="8" y="17" font-size="14" font-family="sans-serif">?</text>',
  you: () =>
    '<circle cx="12" cy="12" r="8" fill="#2f6fd0"/><circle cx="9" cy="10" r="1.5"/><circle cx="15" cy="10" r="1.5"/>',
  key: (colour) =>
    `<circle cx="8" cy="12" r="4" fill="none" stroke="${colour}" stroke-width="3"/><path d="M12 12h8v4" fill="none" stroke="${colour}" stroke-width="3"/>`,
  door: (colour) =>
    `<rect x="4" y="2" width="16" height="20" fill="${colour}" stroke="#333"/><circle cx="16" cy="12" r="1.5"/>`,
  flag: () => '<path d="M7 21V3" stroke="#333" stroke-width="2"/><path d="M8 3l11 4-11 5z" fill="#d03030"/>',
  box: () =>
    '<rect x="4" y="4" width="16" height="16" rx="2" fill="#c98f4e" stroke="#7a5225"/><path d="M4 4l16 16M20 4L4 20" stroke="#7a5225"/>',
  target: () =>
    '<circle cx="12" cy="12" r="11" fill="none" stroke="#2e9e5b" stroke-width="2"/><circle cx="12" cy="12" r="4" fill="#2e9e5b"/>',
  hole: () => '<circle cx="12" cy="12" r="9" fill="#222"/>',
  way: () => '<path d="M7 5l9 7-9 7z" fill="#2e9e5b"/>',
}
