import { hashText, mixed } from './hashing.ts'
import { wordsOf } from './page.ts'

/** Rows of one width with one `@`, the place of the agent. */
interface TextMap {
  readonly rows: readonly string[]
  readonly row: number
  readonly column: number
}

const YOU = '@'
const LEAST_ROWS = 3

/** What a map says of the state, as hashes that actions are crossed with; none where no segment is part of a map. */
export function mapHashes(segments: readonly string[], instruction: string): readonly number[] {
  const begin = segments.findIndex((segment) => segment.includes(YOU) && !segment.includes(' '))
  if (begin === -1) return []
  const map = mapAround(segments, begin)
  if (map.rows.length < LEAST_ROWS) return []
  const rest = segments.filter((segment) => !map.rows.includes(segment))
  const held = hashText(rest.filter((segment) => !segment.includes(`${YOU} you`)).join('\n'))
  return [...neighbourHashes(map), ...directionHashes(map, meaningsOf(rest, new Set(wordsOf(instruction))), held)]
}

function mapAround(segments: readonly string[], at: number): TextMap {
  const width = segments[at]?.length ?? 0
  const isRow = (segment: string | undefined): boolean => segment?.length === width && !segment.includes(' ')
  let [first, last] = [at, at]
  while (isRow(segments[first - 1])) first -= 1
  while (isRow(segments[last + 1])) last += 1
  const rows = segments.slice(first, last + 1)
  return { rows, row: at - first, column: (segments[at] ?? '').indexOf(YOU) }
}

/** The eight cells around, each by its place and symbol, and the four beside it together. */
function neighbourHashes({ rows, row, column }: TextMap): readonly number[] {
  const symbolAt = (down: number, right: number): string => rows[row + down]?.[column + right] ?? ''
  const around = AROUND.map(([down, right]) => hashText(`near ${down} ${right} ${symbolAt(down, right)}`))
  return [...around, hashText(`beside ${BESIDE.map(([down, right]) => symbolAt(down, right)).join('')}`)]
}

const BESIDE = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
] as const
const AROUND = [...BESIDE, [-1, -1], [-1, 1], [1, -1], [1, 1]] as const

/** The way to each thing on the map: up or down, left or right, under what is held. */
function directionHashes(
  { rows, row, column }: TextMap,
  meanings: ReadonlyMap<string, string>,
  held: number,
): readonly number[] {
  const found: number[] = []
  for (const [down, line] of rows.entries())
    for (const [right, symbol] of [...line].entries()) {
      const meaning = meanings.get(symbol)
      if (meaning === undefined) continue
      const way = hashText(`way ${meaning} ${Math.sign(down - row)} ${Math.sign(right - column)}`)
      found.push(way, mixed(way, held))
    }
  return found
}

/** Scenery: symbols without a way to them. */
const SCENERY = /^(you|wall|floor)$/

/** Meaning of each symbol by the legend, such as `b blue key`, and whether the instruction names it. */
function meaningsOf(segments: readonly string[], wanted: ReadonlySet<string>): ReadonlyMap<string, string> {
  const legend = segments.find((segment) => segment.startsWith(`${YOU} you`)) ?? ''
  const entries = legend.split(', ').map((entry) => {
    const words = wordsOf(entry.slice(2))
    const isWanted = words.filter((word) => word !== 'locked').every((word) => wanted.has(word))
    return [entry.slice(0, 1), `${isWanted ? 'wanted ' : ''}${words.at(-1)}`, entry.slice(2)] as const
  })
  return new Map(entries.flatMap(([symbol, meaning, words]) => (SCENERY.test(words) ? [] : [[symbol, meaning]])))
}
