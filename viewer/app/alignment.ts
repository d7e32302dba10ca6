/** Positions in two lists that stand beside each other; null where one list has nothing there. */
export interface Pair {
  readonly left: number | null
  readonly right: number | null
}

/** More pairs than this are not searched for the longest common part: then lists are put side by side. */
const MOST_CELLS = 4_000_000

/** Two lists side by side, with their longest common subsequence in line. */
export function aligned(left: readonly string[], right: readonly string[]): readonly Pair[] {
  if (left.length * right.length > MOST_CELLS) return sideBySide(left.length, right.length)
  const lengths = lengthsOf(left, right)
  const at = (i: number, j: number): number => lengths[i * (right.length + 1) + j] ?? 0
  const pairs: Pair[] = []
  let [i, j] = [0, 0]
  while (i < left.length || j < right.length) {
    const isSame = i < left.length && j < right.length && left[i] === right[j]
    const isLeft = !isSame && i < left.length && (j === right.length || at(i + 1, j) >= at(i, j + 1))
    pairs.push({ left: isSame || isLeft ? i : null, right: isSame || !isLeft ? j : null })
    if (isSame || isLeft) i++
    if (isSame || !isLeft) j++
  }
  return pairs
}

/** Positions beside each other, whatever is there. */
export const sideBySide = (left: number, right: number): readonly Pair[] =>
  [...Array(Math.max(left, right)).keys()].map((at) => ({
    left: at < left ? at : null,
    right: at < right ? at : null,
  }))

/** Length of the longest common subsequence of what follows each pair of positions, row by row. */
function lengthsOf(left: readonly string[], right: readonly string[]): Uint32Array {
  const width = right.length + 1
  const lengths = new Uint32Array((left.length + 1) * width)
  for (let i = left.length - 1; i >= 0; i--)
    for (let j = right.length - 1; j >= 0; j--) {
      const [down, across] = [lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0]
      const diagonal = lengths[(i + 1) * width + j + 1] ?? 0
      lengths[i * width + j] = left[i] === right[j] ? diagonal + 1 : Math.max(down, across)
    }
  return lengths
}

/** A part of a text, in both texts or in one. */
export interface Part {
  readonly text: string
  readonly where: 'both' | 'left' | 'right'
}

/** Words of a text that are compared; longer texts are compared up to here. */
const MOST_WORDS = 1500

const wordsOf = (text: string): readonly string[] => (text.match(/^\s+|\S+\s*/g) ?? []).slice(0, MOST_WORDS)

/** Two texts by their words: what both have, and what one has. */
export function textParts(left: string, right: string): readonly Part[] {
  const [mine, yours] = [wordsOf(left), wordsOf(right)]
  const parts: Part[] = []
  for (const pair of aligned(mine, yours)) {
    const where = pair.left === null ? 'right' : pair.right === null ? 'left' : 'both'
    const text = (pair.left === null ? yours[pair.right ?? 0] : mine[pair.left]) ?? ''
    const last = parts.at(-1)
    if (last?.where === where) parts[parts.length - 1] = { text: last.text + text, where }
    else parts.push({ text, where })
  }
  return parts
}
