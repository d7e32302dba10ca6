import { deriveKey, keyOfSeed, parseSeed, type Seed } from '../data/rng.ts'

/** Counters below 0 name streams; episodes have those from -1 to -5 (`core/episode/lineage.ts`). */
const GROUP_STREAM = -6

/** The seed of one group of a run: 64 bits, a function of the run's seed and the group's number. */
export function groupSeed(runSeed: Seed, group: number): Seed {
  const { word0, word1 } = deriveKey(keyOfSeed(runSeed), GROUP_STREAM, group)
  return parseSeed((BigInt(word1 >>> 0) << 32n) | BigInt(word0 >>> 0))
}
