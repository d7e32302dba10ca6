import type { AnchorColumn, StepBatch } from '../../core/batch.ts'
import { GymError } from '../../core/errors.ts'
import { SequenceMatcher } from '../../core/python/difflib.ts'
import { type Grouping, NO_GROUP } from './grouping.ts'
import { PairNumbers } from './pairs.ts'

/**
 * GiGPO's greedy grouping by likeness: a step joins the first cluster of its group, in order of creation, whose first
 * member is at least `threshold` alike by difflib's ratio (`autojunk` on), else it starts one. The order is that of
 * the rows the batch was built from. Bounds from lengths and from bags of characters spare most comparisons and
 * change no result.
 * @param threshold Above 0, below 1.
 * @throws GymError BATCH_INVALID for an anchor that is no text.
 */
export function similarityGroups(
  episodes: Grouping,
  batch: StepBatch,
  { ids, texts }: AnchorColumn,
  threshold: number,
): Grouping {
  const clusters = new Clusters(threshold)
  const pairs = new PairNumbers()
  const clusterOf: number[] = []
  const grouped = new Int32Array(batch.rowCount).fill(NO_GROUP)
  for (const row of rowsInSourceOrder(batch)) {
    const [group, anchor] = [episodes.ids[row] ?? NO_GROUP, ids[row] ?? NO_GROUP]
    if (group === NO_GROUP || anchor < 0) continue
    const pair = pairs.numberOf(group, anchor)
    clusterOf[pair] ??= clusters.join(group, textOf(texts[anchor], batch, row))
    grouped[row] = clusterOf[pair]
  }
  return { ids: grouped, count: clusters.count }
}

function rowsInSourceOrder({ sourceRow }: StepBatch): Int32Array {
  const rows = new Int32Array(sourceRow.length)
  for (let row = 0; row < rows.length; row++) rows[sourceRow[row] ?? 0] = row
  return rows
}

function textOf(text: string | null | undefined, { sourceRow }: StepBatch, row: number): string {
  if (typeof text === 'string') return text
  throw new GymError('BATCH_INVALID', `row ${sourceRow[row]}: its anchor is no text, and likeness needs texts`)
}

interface Cluster {
  readonly number: number
  readonly page: Page
  /** Made when bounds fail to decide for the first time. */
  matcher: SequenceMatcher | null
}

class Clusters {
  readonly #byGroup = new Map<number, Cluster[]>()
  readonly #threshold: number
  count = 0

  constructor(threshold: number) {
    this.#threshold = threshold
  }

  join(group: number, text: string): number {
    const clusters = this.#byGroup.get(group) ?? []
    if (clusters.length === 0) this.#byGroup.set(group, clusters)
    const page = pageOf(text)
    const found = clusters.find((cluster) => this.#isAlike(page, cluster))
    if (found) return found.number
    clusters.push({ number: this.count, page, matcher: null })
    return this.count++
  }

  #isAlike(page: Page, cluster: Cluster): boolean {
    if (page.text === cluster.page.text) return true
    if (highestRatio(page, cluster.page, this.#threshold) < this.#threshold) return false
    cluster.matcher ??= new SequenceMatcher(cluster.page.text)
    return cluster.matcher.reaches(page.text, this.#threshold)
  }
}

/** A text with what bounds its likeness to others. */
interface Page {
  readonly text: string
  /** Code points. */
  readonly length: number
  /** How many code points fall into each of 256 classes. */
  readonly bag: Uint32Array
}

const CLASSES = 256

function pageOf(text: string): Page {
  const bag = new Uint32Array(CLASSES)
  let length = 0
  for (let unit = 0; unit < text.length; unit++) {
    const point = text.codePointAt(unit) ?? 0
    if (point > 0xffff) unit++
    bag[point & (CLASSES - 1)] = (bag[point & (CLASSES - 1)] ?? 0) + 1
    length++
  }
  return { text, length, bag }
}

/** No ratio can be above it: difflib's `real_quick_ratio`, or, where that decides nothing, its `quick_ratio`. */
function highestRatio(a: Page, b: Page, threshold: number): number {
  const total = a.length + b.length
  const byLength = (2 * Math.min(a.length, b.length)) / total
  if (byLength < threshold) return byLength
  let common = 0
  for (let each = 0; each < CLASSES; each++) common += Math.min(a.bag[each] ?? 0, b.bag[each] ?? 0)
  return (2 * common) / total
}
