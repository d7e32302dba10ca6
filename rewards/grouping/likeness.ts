import { type CodePoints, codePointsOf, SequenceMatcher } from '../../core/cpython/difflib.ts'
import { GymError } from '../../core/data/errors.ts'
import { PairNumbers } from './pairs.ts'

interface Cluster {
  /** Id of the cluster's first anchor. */
  readonly first: number
  readonly page: Page
  /** Made when bounds fail to decide for the first time. */
  matcher: SequenceMatcher | null
}

/**
 * Clusters of texts, apart for each group: a text belongs to the first cluster, in order of creation, whose first
 * text it is like. Texts are identified by number, and each is compared once.
 */
export class Likeness {
  readonly #byGroup = new Map<number, Cluster[]>()
  readonly #pairs = new PairNumbers()
  readonly #firstOf: number[] = []
  readonly #threshold: number

  constructor(threshold: number) {
    this.#threshold = threshold
  }

  /**
   * Number of the text that began the cluster.
   * @throws GymError BATCH_INVALID where it is not a text.
   */
  firstAlike(group: number, anchor: number, text: string | null | undefined): number {
    const pair = this.#pairs.numberOf(group, anchor)
    const known = this.#firstOf[pair]
    if (known !== undefined) return known
    const first = this.#join(group, anchor, text)
    this.#firstOf[pair] = first
    return first
  }

  #join(group: number, anchor: number, text: string | null | undefined): number {
    if (typeof text !== 'string')
      throw new GymError('BATCH_INVALID', `anchor ${anchor} is not a text, and likeness needs texts`)
    const clusters = this.#byGroup.get(group) ?? []
    if (clusters.length === 0) this.#byGroup.set(group, clusters)
    const page = pageOf(text)
    const found = clusters.find((cluster) => this.#isAlike(page, cluster))
    if (found) return found.first
    clusters.push({ first: anchor, page, matcher: null })
    return anchor
  }

  #isAlike(page: Page, cluster: Cluster): boolean {
    if (page.text === cluster.page.text) return true
    if (highestRatio(page, cluster.page, this.#threshold) < this.#threshold) return false
    cluster.matcher ??= new SequenceMatcher(cluster.page.points)
    return cluster.matcher.reaches(page.points, this.#threshold)
  }
}

/** A text with what bounds its likeness to others. */
interface Page {
  readonly text: string
  readonly points: CodePoints
  /** How many code points fall into each of 128 classes: the characters of ASCII, others among them. */
  readonly bag: Int32Array
}

const CLASSES = 128

function pageOf(text: string): Page {
  const points = codePointsOf(text)
  const bag = new Int32Array(CLASSES)
  for (let at = 0; at < points.length; at++) {
    const kind = (points[at] ?? 0) & (CLASSES - 1)
    bag[kind] = (bag[kind] ?? 0) + 1
  }
  return { text, points, bag }
}

/** No ratio can be above it: difflib's `real_quick_ratio`, or, where that decides nothing, its `quick_ratio`. */
function highestRatio(a: Page, b: Page, threshold: number): number {
  const [aLength, bLength] = [a.points.length, b.points.length]
  const total = aLength + bLength
  const byLength = (2 * Math.min(aLength, bLength)) / total
  if (byLength < threshold) return byLength
  let common = 0
  for (let each = 0; each < CLASSES; each++) common += Math.min(a.bag[each] ?? 0, b.bag[each] ?? 0)
  return (2 * common) / total
}
