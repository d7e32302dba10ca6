import { messageOf } from '../../core/data/errors.ts'
import type { ForkKind } from '../../core/episode/environment.ts'
import type { Spaces, Versions } from './answers.ts'
import type { BridgeLimits, GymnasiumProcess } from './bridge.ts'
import type { BridgePool } from './pool.ts'
import { BridgeSession, probeBy, type ShownParts } from './session.ts'

/** What was found out when an environment was opened. */
export interface Findings {
  /** Whether a fork can be had by driving another environment to the same point. */
  readonly fork: ForkKind
  /** Why not; null where it can. */
  readonly reason: string | null
  /** Null where no process could be started. */
  readonly versions: Versions | null
  readonly spaces: Spaces | null
}

/** Steps of a probe. */
const STEPS = 20
const SEEDS = [1, 2] as const

/**
 * Tries whether seeds make an environment repeatable: under each of two seeds a reset and 20 random steps must show the same
 * in two processes, and in one of them again after the other seed was played there.
 */
export async function findingsOf(
  pool: BridgePool,
  limits: BridgeLimits,
  shown: ShownParts,
  isSeeded: boolean,
): Promise<Findings> {
  const none = { fork: 'none', versions: null, spaces: null } as const
  try {
    const session = await BridgeSession.open(pool, limits, shown)
    const { spaces, versions } = session
    await session.close()
    const reason = await differenceIn(pool, limits, shown, isSeeded)
    return { fork: reason === null ? 'replay' : 'none', reason, versions, spaces }
  } catch (thrown) {
    return { ...none, reason: `it could not be tried: ${messageOf(thrown)}` }
  }
}

/** What differs under one seed; null for nothing. */
function differenceIn(pool: BridgePool, limits: BridgeLimits, shown: ShownParts, isSeeded: boolean) {
  const play = (bridge: GymnasiumProcess) => (seed: number) =>
    probeBy(bridge, { shown, seed, steps: STEPS, isSeeded }, limits)
  return using(pool, (first) => using(pool, (second) => differenceOfTwo(play(first), play(second))))
}

async function using<T>(pool: BridgePool, use: (bridge: GymnasiumProcess) => Promise<T>): Promise<T> {
  const bridge = await pool.take()
  try {
    return await use(bridge)
  } finally {
    pool.give(bridge)
  }
}

type Play = (seed: number) => Promise<readonly string[]>

/** The first seed is played again at the end, in processes that have played another since. */
async function differenceOfTwo(first: Play, second: Play): Promise<string | null> {
  const began = await first(SEEDS[0])
  for (const seed of SEEDS.toReversed()) {
    const [one, other] = await Promise.all([first(seed), second(seed)])
    const difference = differenceOf(one, other) ?? (seed === SEEDS[0] ? differenceOf(began, one) : null)
    if (difference !== null) return difference
  }
  return null
}

function differenceOf(one: readonly string[], other: readonly string[]): string | null {
  if (one[0] !== other[0]) return 'two resets with one seed differ'
  const at = Math.max(one.length, other.length)
  const step = Array.from({ length: at }, (_, index) => index).find((index) => one[index] !== other[index])
  return step === undefined ? null : `step ${step - 1} differs after two resets with one seed`
}
