import type { Evidence, Group, Step, Trajectory } from '../../core/data/types.ts'
import { Branches } from '../../core/rollout/branches.ts'
import { returnOf } from '../../core/sampling/values.ts'
import { allKnown } from '../recorded.ts'
import { signalValue } from '../signals.ts'
import { type Agreement, agreementOf } from './agreement.ts'

/** What monitors know of one group: sums and counts, so that a window of groups is small. */
export interface GroupFacts {
  /** Outcome of each member that was not aborted: its signal `success`, else its return; null where neither is known. */
  readonly outcomes: readonly (number | null)[]
  /** Steps, each once, and those whose action could not be used. */
  readonly steps: number
  readonly invalid: number
  /** Steps at an observation at which another member of the group stood, too; 0 of 0 for one member alone. */
  readonly shared: number
  readonly comparable: number
  /** Sum of the policy's entropy in nats, and the steps whose evidence gives it. */
  readonly entropy: number
  readonly withEntropy: number
  /** Different sequences of actions. */
  readonly sequences: number
  /** Steps that led back to a state which the episode had left. */
  readonly undone: number
  /** Steps of episodes that earned something, and those after the last that did. */
  readonly successSteps: number
  readonly afterSuccess: number
  /** By step signal: how it orders members whose outcomes differ. */
  readonly agreements: ReadonlyMap<string, Agreement>
}

/** A member with every step from the reset on. */
interface Member {
  readonly trajectory: Trajectory
  readonly path: readonly Step[]
}

/** Facts of a group, or of an episode that is in none. @throws GymError BATCH_INVALID for a fork without its parent */
export function factsOf({ trajectories, aborted }: Pick<Group, 'trajectories' | 'aborted'>): GroupFacts {
  const branches = new Branches([...trajectories, ...aborted])
  const members = trajectories.map((trajectory) => ({ trajectory, path: branches.stepsOf(trajectory) }))
  const steps = trajectories.flatMap((each) => each.steps)
  const outcomes = members.map(outcomeOf)
  const entropies = steps.flatMap(({ evidence }) => (evidence ? entropyOf(evidence) : []))
  const earned = members.map(stepsAfterEarning).filter((each) => each !== null)
  return {
    outcomes,
    steps: steps.length,
    invalid: steps.filter(({ isActionValid }) => !isActionValid).length,
    ...overlapIn(trajectories),
    entropy: entropies.reduce((sum, each) => sum + each, 0),
    withEntropy: entropies.length,
    sequences: new Set(members.map(({ path }) => JSON.stringify(path.map(({ action }) => action)))).size,
    undone: members.reduce((sum, member) => sum + undoneIn(member), 0),
    successSteps: earned.reduce((sum, { steps: count }) => sum + count, 0),
    afterSuccess: earned.reduce((sum, { after }) => sum + after, 0),
    agreements: agreementsIn(members, outcomes),
  }
}

const outcomeOf = ({ trajectory: { rewards }, path }: Member): number | null =>
  signalValue(rewards, 'success') ?? returnOf(path)

function overlapIn(trajectories: readonly Trajectory[]): Pick<GroupFacts, 'shared' | 'comparable'> {
  if (trajectories.length < 2) return { shared: 0, comparable: 0 }
  const visitors = new Map<string, Set<string>>()
  const all = trajectories.flatMap(({ id, steps }) => steps.map(({ observation }) => ({ id, observation })))
  for (const { id, observation } of all) visitors.set(observation, (visitors.get(observation) ?? new Set()).add(id))
  const shared = all.filter(({ observation }) => (visitors.get(observation)?.size ?? 0) > 1)
  return { shared: shared.length, comparable: all.length }
}

/** Entropy over the listed actions where the policy gave all of them; else the surprise of what it sampled, whose mean is the same. */
function entropyOf(evidence: Evidence): readonly number[] {
  const { logProbs = [] } = evidence
  if (evidence.kind === 'token')
    return logProbs.length === 0 ? [] : [0 - logProbs.reduce((sum, each) => sum + each, 0) / logProbs.length]
  if (logProbs.length === 0) return [0 - evidence.logProb]
  return [0 - logProbs.reduce((sum, each) => sum + (each === -Infinity ? 0 : Math.exp(each) * each), 0)]
}

/** Counted over the member's own steps; the past that it shares counts as visited. */
function undoneIn({ trajectory, path }: Member): number {
  const left = new Set<string>()
  let undone = 0
  for (const { anchors, nextAnchors, trajectoryId } of path) {
    const [state, next] = [anchors.state, nextAnchors.state]
    if (state === undefined || next === undefined || state === next) continue
    left.add(state)
    if (trajectoryId === trajectory.id && left.has(next)) undone++
  }
  return undone
}

/** Null for a member that earned nothing. */
function stepsAfterEarning({ path }: Member): { readonly steps: number; readonly after: number } | null {
  if ((returnOf(path) ?? 0) <= 0) return null
  const last = path.findLastIndex(({ rewards }) => (signalValue(rewards, 'env') ?? 0) > 0)
  return { steps: path.length, after: path.length - 1 - last }
}

function agreementsIn(
  members: readonly Member[],
  outcomes: readonly (number | null)[],
): ReadonlyMap<string, Agreement> {
  const names = new Set(members.flatMap(({ path }) => path.flatMap(({ rewards }) => rewards.map(({ name }) => name))))
  const judged = [...names].filter((name) => name !== 'env' && !/^(sampling|search)-/.test(name))
  return new Map(
    judged.map((name) => [
      name,
      agreementOf(
        members.map((member) => meanOf(member, name)),
        outcomes,
      ),
    ]),
  )
}

/** Null where a step has no value: a mean over some steps would compare different things. */
function meanOf({ path }: Member, name: string): number | null {
  const values = allKnown(path.map(({ rewards }) => signalValue(rewards, name)))
  return values === null || values.length === 0 ? null : values.reduce((sum, each) => sum + each, 0) / values.length
}
