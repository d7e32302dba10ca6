import { parseBatch } from '../../core/batch/index.ts'
import { keyOfSeed, Rng } from '../../core/data/rng.ts'
import { anchorColumn } from '../../rewards/estimator/signals.ts'
import { episodeGroups } from '../../rewards/grouping/episode.ts'
import { similarityGroups } from '../../rewards/grouping/similarity.ts'
import { quantile } from '../measure.ts'
import { askPython, cpuSeconds, isTimed } from './data/python.ts'
import { pageText } from './data/rows.ts'

const THRESHOLD = 0.95
const ROWS = 1920
const ROUNDS = 5

interface Layout {
  readonly page: (row: number) => string
  /** Python is asked for fewer rows where it would take many minutes; both are compared on those. */
  readonly sharedRows: number
}

/** A page with a share of its characters changed, a fresh string. */
function edited(page: string, share: number, seed: number): string {
  const rng = new Rng(keyOfSeed(9), seed)
  const characters = [...page]
  for (let change = 0; change < share * page.length; change++)
    characters[rng.int(0, characters.length - 1)] = String.fromCharCode(97 + rng.int(0, 25))
  return characters.join('')
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  'near-equal pages': { page: (row) => edited(pageText(0, 0), 0.002, row), sharedRows: ROWS },
  'pages 1 to 4 % apart': {
    page: (row) => edited(pageText(0, 0), 0.01 + (0.03 * ((row * 7919) % 100)) / 100, row),
    sharedRows: 240,
  },
  '50 clusters': { page: (row) => edited(pageText(0, (row * 31) % 50), 0.002, row), sharedRows: 480 },
}

function cluster(pages: readonly string[]) {
  const batch = parseBatch({
    trajectory: pages.map((_, row) => `${row}`),
    group: pages.map(() => 'g'),
    anchors: { text: pages },
  })
  const rows = episodeGroups(batch, new Uint8Array(batch.rowCount).fill(1))
  return similarityGroups(rows, batch, anchorColumn(batch, 'text'), THRESHOLD)
}

const table = Object.entries(LAYOUTS).map(([name, { page, sharedRows }]) => {
  const pages = Array.from({ length: ROWS }, (_, row) => page(row))
  for (let warmUp = 0; warmUp < ROUNDS; warmUp++) cluster(pages.slice(0, 240))
  const whole = cpuSeconds(() => cluster(pages))
  const rounds = Array.from({ length: ROUNDS }, () => cpuSeconds(() => cluster(pages.slice(0, sharedRows))))
  const seconds = quantile(
    rounds.map((round) => round.seconds),
    0.5,
  )
  const rival = askPython({ what: 'similarity', pages: pages.slice(0, sharedRows), threshold: THRESHOLD })
  const column = {
    clusters: whole.result.count,
    [`ours, ${ROWS} rows (s)`]: whole.seconds.toFixed(3),
    'shared rows': sharedRows,
    'ours (s)': seconds.toFixed(3),
  }
  if (!isTimed(rival)) return [name, column] as const
  const isSame = rival.values.every((value, row) => value === rounds[0]?.result.ids[row])
  return [
    name,
    {
      ...column,
      'difflib (s)': rival.seconds.toFixed(2),
      ratio: (rival.seconds / seconds).toFixed(0),
      same: isSame,
    },
  ] as const
})
console.log(`\nsimilarity grouping, threshold ${THRESHOLD}, pages of 1.1 KB, CPU seconds`)
console.table(Object.fromEntries(table))
