import { deriveKey, type Key, keyOfSeed, type Seed } from '../data/rng.ts'

/** How a fork draws: a future of its own, or one that all `common` forks of this step and number share. */
export interface ForkStream {
  readonly rng: 'fresh' | 'common'
  /** Distinguishes several common futures of one step. @default 0 */
  readonly number?: number
}

/** Which streams of randomness an episode draws from: a function of (seed, member, fork path). */
export interface Lineage {
  readonly seed: Seed
  readonly member: number
  /** Forks that led here, as `/`-joined segments: `3` the fourth fresh fork, `c5.0` common future 0 of step 5. */
  readonly forkPath: string
  readonly key: Key
}

/** Counters below 0 name streams; steps count from 0. */
const RESET_STREAM = -1
const MEMBER_STREAM = -2
const FRESH_STREAM = -3
const COMMON_STREAM = -4
const AGENT_STREAM = -5

export const resetKeyOf = (seed: Seed): Key => deriveKey(keyOfSeed(seed), RESET_STREAM, 0)
export const agentKeyOf = (lineage: Lineage): Key => deriveKey(lineage.key, AGENT_STREAM, 0)

export function lineageOf(seed: Seed, member: number, forkPath = ''): Lineage {
  const root = deriveKey(keyOfSeed(seed), MEMBER_STREAM, member)
  const key = forkPath === '' ? root : forkPath.split('/').reduce(keyOfSegment, root)
  return { seed, member, forkPath, key }
}

/** The lineage of the `count`-th fork of an episode at step `index`. */
export function forkedLineage(parent: Lineage, stream: ForkStream, index: number, count: number): Lineage {
  const segment = stream.rng === 'fresh' ? `${count}` : `c${index}.${stream.number ?? 0}`
  const forkPath = parent.forkPath === '' ? segment : `${parent.forkPath}/${segment}`
  return { seed: parent.seed, member: parent.member, forkPath, key: keyOfSegment(parent.key, segment) }
}

function keyOfSegment(key: Key, segment: string): Key {
  if (!segment.startsWith('c')) return deriveKey(key, FRESH_STREAM, Number(segment))
  const [index = '0', number = '0'] = segment.slice(1).split('.')
  return deriveKey(deriveKey(key, COMMON_STREAM, Number(index)), COMMON_STREAM, Number(number))
}
