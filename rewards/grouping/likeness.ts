import { GymError } from '../../core/errors.ts'
import { SequenceMatcher } from '../../core/python/difflib.ts'
import { PairNumbers } from './pairs.ts'

interface Cluster {
  /** Of the anchor that the cluster began with. */
  readonly first: number
  readonly page: Page
  /** Made when bounds fail to decide for the first time. */
  matcher: SequenceMatcher | null
}

/**
 * Clusters of texts, apart for each group: a text belongs to the first cluster, in order of creation, whose first
 * text it is like. Texts are told by number, and each is compared once.
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
   * @throws GymError BATCH_INVALID where it is no text.
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
      throw new GymError('BATCH_INVALID', `anchor ${anchor} is no text, and likeness needs texts`)
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
