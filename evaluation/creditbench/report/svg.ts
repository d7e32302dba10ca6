/** Text that may stand in SVG and HTML. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

export interface TextStyle {
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly size?: number
  readonly fill?: string
  readonly weight?: 'normal' | 'bold'
}

export const INK = '#1f2430'
export const FAINT = '#d7dbe2'

/** One line of text; `y` is its base line. */
export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { anchor = 'start', size = 12, fill = INK, weight = 'normal' } = style
  return `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}" font-size="${size}" font-weight="${weight}" fill="${fill}">${escaped(content)}</text>`
}

/** Pixels that the longest of some labels needs beside a plot, at 11 pixels a letter; at least 120. */
export const labelWidth = (labels: readonly string[]): number =>
  Math.max(120, 24 + 6.6 * labels.reduce((most, { length }) => Math.max(most, length), 0))

/** A line below the title, of what a picture shows. */
export const caption = (content: string): string => text(12, 40, content, { size: 11, fill: '#5b6270' })

/** One line of text that runs down to the right from where it begins. */
export const slanted = (x: number, y: number, content: string, size = 11): string =>
  `<text x="${at(x)}" y="${at(y)}" transform="rotate(40 ${at(x)} ${at(y)})" font-size="${size}" fill="${INK}">${escaped(content)}</text>`

export const line = (x1: number, y1: number, x2: number, y2: number, stroke = INK, width = 1): string =>
  `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}" stroke="${stroke}" stroke-width="${width}"/>`

export const circle = (x: number, y: number, radius: number, fill = INK): string =>
  `<circle cx="${at(x)}" cy="${at(y)}" r="${radius}" fill="${fill}"/>`

export const box = (x: number, y: number, width: number, height: number, fill: string): string =>
  `<rect x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}" fill="${fill}"/>`

/** A whole picture, on white so that it can be read on any page. */
export const picture = (width: number, height: number, title: string, parts: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" role="img">`,
    `<title>${escaped(title)}</title>`,
    box(0, 0, width, height, '#ffffff'),
    ...parts,
    '</svg>',
    '',
  ].join('\n')

/** Coordinates with a tenth of a pixel: shorter files, and no noise in their differences. */
const at = (value: number): string => `${Math.round(value * 10) / 10}`
