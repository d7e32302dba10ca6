/** Place of each string in ascending order of code points; equal strings keep their order. */
export function rankStrings(strings: readonly string[]): Uint32Array {
  const order = Uint32Array.from(strings.keys())
  const compare = strings.some(hasSurrogate) ? byCodePoint : byUnit
  order.sort((left, right) => compare(strings[left] ?? '', strings[right] ?? '') || left - right)
  const ranks = new Uint32Array(strings.length)
  order.forEach((index, rank) => {
    ranks[index] = rank
  })
  return ranks
}

const hasSurrogate = (text: string): boolean => /[\ud800-\udfff]/.test(text)

const byUnit = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0)

/** UTF-8 sorts as code points do; UTF-16 does not, where there are surrogates. */
const byCodePoint = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right))
