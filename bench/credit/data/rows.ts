import { keyOfSeed, Rng } from '../../../core/data/rng.ts'

/** Rows as a trainer has them: columns, and a string of its own in each row. */
export interface BenchRows {
  readonly trajectory: readonly string[]
  readonly group: readonly string[]
  readonly anchors: { readonly text: readonly string[] }
  readonly signals: { readonly env: readonly number[] }
  readonly isActionValid: readonly boolean[]
}

interface BenchRow {
  readonly trajectory: string
  readonly group: string
  readonly text: string
  readonly env: number
  readonly isValid: boolean
}

const MEMBERS = 8
const STEPS = 15
const STATES = 12
const UNIQUE = 0.15
const WORDS = ['shirt', 'cotton', 'blue', 'large', 'price', 'Next >', 'Buy Now', 'Description', 'Reviews', 'women']

/** Groups of 8 trajectories of 15 steps: pages of 1.1 KB, 12 of each group's own, 15 % of steps on a page seen once. */
export function benchRows(groups: number): BenchRows {
  const rows = Array.from({ length: groups * MEMBERS * STEPS }, (_, row) => benchRow(row))
  return {
    trajectory: rows.map(({ trajectory }) => trajectory),
    group: rows.map(({ group }) => group),
    anchors: { text: rows.map(({ text }) => text) },
    signals: { env: rows.map(({ env }) => env) },
    isActionValid: rows.map(({ isValid }) => isValid),
  }
}

function benchRow(row: number): BenchRow {
  const member = Math.floor(row / STEPS)
  const group = Math.floor(member / MEMBERS)
  const rng = new Rng(keyOfSeed(7), row)
  const isUnique = rng.float() < UNIQUE
  const page = isUnique ? 1000 + row : group * STATES + rng.int(0, STATES - 1)
  const isWon = row % STEPS === STEPS - 1 && new Rng(keyOfSeed(8), member).float() < 0.4
  return {
    trajectory: `trajectory-${member}`,
    group: `group-${group}`,
    text: pageText(isUnique ? 1 : 0, page),
    env: isWon ? 10 : 0,
    isValid: rng.float() < 0.9,
  }
}

/** About 1.1 KB, a fresh string at every call. */
export function pageText(family: number, page: number): string {
  const rng = new Rng(keyOfSeed(family), page)
  const items = Array.from({ length: 80 }, () => `${rng.choice(WORDS)} ${rng.int(0, 1e5)}`)
  return Buffer.from(items.join(' [SEP] ')).toString().slice(0, 1100)
}
