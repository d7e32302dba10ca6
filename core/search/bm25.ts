const K1 = Math.fround(0.9)
const B = Math.fround(0.4)

/** Every length below this is kept exactly in a norm byte; longer ones lose all but their four leading bits. */
const EXACT_LENGTHS = 255 - packed(2 ** 31 - 1)

/**
 * What a term that occurs in `documentFrequency` of `size` documents is worth: ln(1 + (N - n + 0.5) / (n + 0.5)), float32.
 *
 * Source: BM25Similarity of Lucene 9.
 */
export function inverseDocumentFrequency(size: number, documentFrequency: number): number {
  return Math.fround(Math.log(1 + (size - documentFrequency + 0.5) / (documentFrequency + 0.5)))
}

/**
 * For each norm byte, 1 / (k1 (1 - b + b length / averageLength)) in float32, operation by operation as Lucene 9 does,
 * with k1 = 0.9 and b = 0.4. `averageLength` is in terms and above 0.
 */
export function inverseNorms(averageLength: number): Float32Array {
  const average = Math.fround(averageLength)
  const floor = Math.fround(1 - B)
  return Float32Array.from({ length: 256 }, (_, byte) => {
    const share = Math.fround(Math.fround(B * Math.fround(decodeLength(byte))) / average)
    return Math.fround(1 / Math.fround(K1 * Math.fround(floor + share)))
  })
}

/**
 * The score of one term in one document: weight - weight / (1 + strength), float32, where strength is the term's frequency
 * there times the inverse norm.
 */
export function termScore(weight: number, strength: number): number {
  return Math.fround(weight - Math.fround(weight / Math.fround(1 + strength)))
}

/** The byte that represents a document of this many terms (Lucene's SmallFloat.intToByte4). */
export function encodeLength(length: number): number {
  return length < EXACT_LENGTHS ? length : EXACT_LENGTHS + packed(length - EXACT_LENGTHS)
}

/** The length that a norm byte represents (Lucene's SmallFloat.byte4ToInt). */
export function decodeLength(byte: number): number {
  return byte < EXACT_LENGTHS ? byte : EXACT_LENGTHS + unpacked(byte - EXACT_LENGTHS)
}

/** A shift and the three bits after the leading one. */
function packed(value: number): number {
  const bits = 32 - Math.clz32(value)
  if (bits < 4) return value
  const shift = bits - 4
  return ((value >>> shift) & 7) | ((shift + 1) << 3)
}

function unpacked(code: number): number {
  const shift = (code >>> 3) - 1
  return shift < 0 ? code & 7 : ((code & 7) | 8) * 2 ** shift
}
