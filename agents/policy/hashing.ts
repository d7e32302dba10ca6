const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** 32-bit hash of a text (FNV-1a over its UTF-16 code units). */
export function hashText(text: string): number {
  let hash = FNV_OFFSET
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME)
  return hash | 0
}

/** 32-bit hash of two hashes, in this order: the finaliser of MurmurHash3 over both. */
export function mixed(first: number, second: number): number {
  let hash = Math.imul(first, 0x9e3779b1) ^ (second + 0x7f4a7c15)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) | 0
}

/** Place of a hash among `count` places. */
export const slotOf = (hash: number, count: number): number => (hash >>> 0) % count
