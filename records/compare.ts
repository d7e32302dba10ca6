import { canonicalJson, tagOf } from '../core/data/hash.ts'
import type { Ending, Reward, Step } from '../core/data/types.ts'
import type { Taken } from '../core/episode/episode.ts'
import type { Episode } from '../core/index.ts'
import { type Compared, Diverged } from './divergence.ts'
import type { RecordedTrajectory } from './reader.ts'

interface Comparison {
  readonly what: Compared
  readonly expected: unknown
  readonly got: unknown
}

/** @throws Diverged at the first comparison that fails. Values are compared as the JSON that a record holds. */
function expectEqual(trajectoryId: string, index: number | null, comparisons: readonly Comparison[]): void {
  const different = comparisons.find(
    ({ expected, got }) => expected !== got && canonicalJson(expected) !== canonicalJson(got),
  )
  if (different) throw new Diverged({ trajectoryId, index, ...different })
}

/** @throws Diverged */
export function compareStart({ start, startTag }: RecordedTrajectory, episode: Episode, runKey: string): void {
  // A group has its start in common, and forks of its members begin later.
  const expectedTag = start.past.length === 0 ? startTag : null
  const tag = expectedTag === null ? null : tagOf(runKey, episode.state)
  expectEqual(start.trajectoryId, null, [
    { what: 'effects', expected: start.resetEffects, got: episode.resetEffects },
    { what: 'observation', expected: start.observation, got: episode.text() },
    { what: 'anchors', expected: start.anchors, got: episode.anchors() },
    { what: 'stateTag', expected: expectedTag, got: tag },
  ])
}

/** @throws Diverged */
export function compareStep(recorded: RecordedTrajectory, step: Step, taken: Taken, episode: Episode): void {
  const ending = endingOf(step)
  const isLast = step === recorded.trajectory.steps.at(-1)
  const callersEnding = isLast && ending === 'truncated' && isCallersLimit(recorded) ? ending : null
  expectEqual(step.trajectoryId, step.index, [
    { what: 'effects', expected: step.effects, got: taken.effects },
    { what: 'validity', expected: step.isActionValid, got: taken.isActionValid },
    { what: 'observation', expected: step.nextObservation, got: episode.text() },
    { what: 'anchors', expected: step.nextAnchors, got: episode.anchors() },
    { what: 'reward', expected: environmentRewardOf(step), got: taken.reward },
    { what: 'ending', expected: ending, got: endingOf(taken) ?? callersEnding },
    { what: 'info', expected: step.info, got: taken.info },
  ])
}

/** @throws Diverged */
export function compareEnd(recorded: RecordedTrajectory, episode: Episode): void {
  const { steps, ending, endingReason } = recorded.trajectory
  // Where an episode was forked after its end, the moves do not say whose limit ended it.
  const isOpen = ending === 'aborted' || (steps.length === 0 && recorded.start.past.length > 0)
  if (isOpen) return
  const expected = { ending, endingReason }
  const got = { ending: episode.ending, endingReason: episode.endingReason }
  const isCallers = episode.ending === null && isCallersLimit(recorded)
  expectEqual(recorded.start.trajectoryId, steps.at(-1)?.index ?? null, [
    { what: 'ending', expected, got: isCallers ? expected : got },
  ])
}

const endingOf = ({ terminated, truncated }: Pick<Step, 'terminated' | 'truncated'>): Ending | null =>
  terminated ? 'terminated' : truncated ? 'truncated' : null

/** Limits that moves reach again when they are played again. The others (tokens, agent time) only the caller knows. */
const LIMITS_OF_MOVES: readonly (string | null)[] = ['maxSteps', 'environment']

/** A truncation that is taken as recorded, for replay cannot know it. It can only be the last thing that happened. */
function isCallersLimit({ trajectory, isFinished }: RecordedTrajectory): boolean {
  return !isFinished || (trajectory.ending === 'truncated' && !LIMITS_OF_MOVES.includes(trajectory.endingReason))
}

const environmentRewardOf = ({ rewards }: Step): Reward['value'] =>
  rewards.find(({ name }) => name === 'env')?.value ?? null
