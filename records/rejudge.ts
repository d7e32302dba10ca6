import { GymError } from '../core/data/errors.ts'
import type { Reward, Step, Trajectory } from '../core/data/types.ts'
import type { World } from '../core/episode/world.ts'
import type { HookSet, OutcomeHook } from '../core/reward/hook.ts'
import { runOutcomeHooks, runTurnHooks } from '../core/reward/run-hooks.ts'
import { Diverged, describeDivergence } from './divergence.ts'
import { type Point, playAgain } from './play.ts'
import type { RecordedTrajectory } from './reader.ts'

/**
 * A recorded trajectory under other turn and outcome hooks: its environment reward stays, all other signals are new.
 * It is played again for it, so that hooks get the measures of its states.
 * @param prefix Steps that it shares with the trajectory it was forked from, as they are judged now: hooks see them.
 * @throws GymError REPLAY_DIVERGED at the first difference from the record
 */
export async function rejudge(
  world: World,
  recorded: RecordedTrajectory,
  hooks: HookSet,
  runKey: string,
  prefix: readonly Step[] = [],
): Promise<RecordedTrajectory> {
  const path = [...prefix]
  let last: Point = { step: null, grades: () => ({}), truth: () => null }
  for await (const point of played(world, recorded, runKey)) {
    if (point.step) path.push(await judgedStep(hooks, point.step, path, [last, point]))
    last = point
  }
  const whole = { ...recorded.trajectory, steps: path, rewards: [] }
  const rewards = await outcomesOf(hooks.outcome, whole, recorded, last)
  return { ...recorded, trajectory: { ...whole, steps: path.slice(prefix.length), rewards } }
}

async function* played(world: World, recorded: RecordedTrajectory, runKey: string): AsyncGenerator<Point, void> {
  try {
    yield* playAgain(world, recorded, { runKey, isLive: false })
  } catch (thrown) {
    if (!(thrown instanceof Diverged)) throw thrown
    throw new GymError('REPLAY_DIVERGED', describeDivergence(thrown.divergence), { cause: thrown })
  }
}

async function judgedStep(
  hooks: HookSet,
  step: Step,
  history: readonly Step[],
  [from, to]: readonly [Point, Point],
): Promise<Step> {
  const bare = { ...step, rewards: step.rewards.filter(({ name }) => name === 'env') }
  const grades = { before: from.grades, after: to.grades }
  return { ...bare, rewards: bare.rewards.concat(await runTurnHooks(hooks.turn, bare, history, grades, to.truth)) }
}

/** As in a rollout: aborted trajectories are not judged; one whose record stops early has not ended. */
async function outcomesOf(
  hooks: readonly OutcomeHook[],
  bare: Trajectory,
  { isFinished }: RecordedTrajectory,
  { grades, truth }: Point,
): Promise<readonly Reward[]> {
  if (!isFinished) return []
  return bare.ending === 'aborted' ? hooks.map(notRun) : runOutcomeHooks(hooks, bare, grades, truth)
}

const notRun = ({ name, version }: OutcomeHook): Reward => ({
  name,
  version,
  latencyMs: 0,
  value: null,
  reason: 'aborted',
})
