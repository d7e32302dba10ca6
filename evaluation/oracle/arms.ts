import { setImmediate } from 'node:timers/promises'
import { GymError } from '../../core/data/errors.ts'
import type { Move } from '../../core/data/types.ts'
import { RECORD } from '../../core/episode/effects.ts'
import type { Episode } from '../../core/episode/episode.ts'
import { fork } from '../../core/episode/fork.ts'
import { type PlayOut, playOut } from './play-out.ts'
import { expectFutures, type Point, placeOf } from './point.ts'
import { type FullSettings, isOver } from './settings.ts'

/** What is done first at a point; null leaves it to the agent. */
export type Arm = Move | null

export interface ArmOutcomes {
  /** One list an arm, in order of play-outs; of equal length unless they were ended early. */
  readonly outcomes: readonly (readonly PlayOut[])[]
  /** True where the budget or a signal ended it. */
  readonly isCut: boolean
}

/**
 * Plays every arm from a point to the end, as often as the settings say, arm after arm for each number.
 * @throws GymError EPISODE_ENDED, FORK_UNSUPPORTED, REPLAY_DIVERGED where an outside session was driven elsewhere
 */
export async function playArms(point: Point, arms: readonly Arm[], settings: FullSettings): Promise<ArmOutcomes> {
  const outcomes = arms.map((): PlayOut[] => [])
  for await (const { arm, outcome } of playedArms(point, arms, settings)) outcomes[arm]?.push(outcome)
  return { outcomes, isCut: outcomes.some(({ length }) => length < settings.forks) }
}

export interface PlayedArm {
  /** Position of the arm. */
  readonly arm: number
  readonly outcome: PlayOut
}

/** As `playArms`, one play-out at a time: the caller may stop at any of them. */
export async function* playedArms(
  point: Point,
  arms: readonly Arm[],
  settings: FullSettings,
): AsyncGenerator<PlayedArm, void> {
  expectFutures(point)
  const yielder = new Yielder()
  for (let number = 0; number < settings.forks; number++)
    for (const [arm, move] of arms.entries()) {
      await yielder.take()
      if (isOver(settings)) return
      const stream = settings.streams === 'common' ? number : number * arms.length + arm
      yield { arm, outcome: await onePlayOut(point, move, stream, settings) }
    }
}

/** Milliseconds after which signals and timers get their turn, where nothing that is played ever waits. */
const YIELD_INTERVAL_MS = 50

export class Yielder {
  #at = performance.now()

  async take(): Promise<void> {
    if (performance.now() - this.#at < YIELD_INTERVAL_MS) return
    await setImmediate()
    this.#at = performance.now()
  }
}

async function onePlayOut(point: Point, move: Arm, stream: number, settings: FullSettings): Promise<PlayOut> {
  const { agent, gamma, budget, onPlayOut } = settings
  const own = { agent, history: point.history, gamma, ...(move && { first: move }) }
  const outcome = await playOut(await futureOf(point, stream), own)
  budget.countFork(outcome.steps + drivenSteps(point))
  onPlayOut()
  return outcome
}

/** Steps that an outside session is driven through again before it stands where the point is. */
const drivenSteps = ({ episode }: Point): number => (episode.world.environment.fork === 'replay' ? episode.index : 0)

/**
 * The future of this number. Futures of one point differ by number, and those of different points by step, so that
 * estimates share no stream, leave the episode unchanged, and are equal when repeated.
 */
export async function futureOf(point: Point, number: number): Promise<Episode> {
  try {
    return await fork(point.episode, { rng: 'common', number })
  } catch (thrown) {
    if (!(thrown instanceof GymError)) throw thrown
    throw new GymError(thrown.code, `${placeOf(point)}: ${thrown.message}`, { cause: thrown })
  }
}

/**
 * Takes the recorded move twice in one future, and compares: an environment that draws from elsewhere than its rng has
 * no futures that can be compared. What the outside world answers may differ, so steps that asked it are not compared.
 * @throws GymError NOT_DETERMINISTIC
 */
export async function expectDeterministic(point: Point & { readonly move: Move }): Promise<void> {
  if (point.episode.world.environment.fork !== 'value') return
  const [one, other] = [await futureOf(point, 0), await futureOf(point, 0)]
  const taken = [await one.stepAgain(point.move, RECORD), await other.stepAgain(point.move, RECORD)]
  if (taken.some(({ effects }) => effects.length > 0) || one.stateHash() === other.stateHash()) return
  throw new GymError(
    'NOT_DETERMINISTIC',
    `${placeOf(point)}: one action with one stream led to two states; draw from rng, ask the outside world through effect`,
  )
}
