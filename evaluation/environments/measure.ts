import { batchOfGroups } from '../../core/batch/index.ts'
import { GymError } from '../../core/data/errors.ts'
import type { Group, Trajectory } from '../../core/data/types.ts'
import type { World } from '../../core/episode/world.ts'
import type { Agent } from '../../core/rollout/agent.ts'
import { returnOf } from '../../core/sampling/values.ts'
import { computeCredit } from '../../rewards/credit/assign.ts'
import { correlationOf } from '../../rewards/credit/ranks.ts'
import type { Credit, Estimator } from '../../rewards/estimator/estimator.ts'
import { factsOf } from '../../rewards/monitors/facts.ts'
import { signalValue } from '../../rewards/signals.ts'
import { type Played, type PlaySettings, playGroups } from './play.ts'

/** Agents and estimators that environments are compared by. */
export interface Comparison extends PlaySettings {
  /** The environment's expert, whose groups are credited too; null where it has none. */
  readonly expert: Agent | null
  readonly random: Agent
  /** The first one is what the others are held against. */
  readonly estimators: readonly Estimator[]
}

/** How an agent does in an environment. */
export interface AgentFacts {
  readonly episodes: number
  /** Share of the episodes that succeeded; null where none could be judged. */
  readonly success: number | null
  /** Mean return; null where it is never known. */
  readonly meanReturn: number | null
  /** Mean steps of an episode. */
  readonly steps: number
  /** Mean number of admissible actions; null where they are not listed. */
  readonly actions: number | null
  readonly msPerStep: number | null
}

/** What tells environments apart, measured. */
export interface EnvironmentFacts {
  readonly environment: string
  /** Steps after which an episode is truncated. */
  readonly maxSteps: number
  /** Null where the environment has no expert, or the agent cannot act in it. */
  readonly expert: AgentFacts | null
  readonly random: AgentFacts | null
  /** Share of the expert's steps at an observation at which another member of the group stood, too. */
  readonly repeated: number | null
  /** Share of the expert's groups whose members all have one outcome. */
  readonly degenerate: number | null
  /** By estimator after the first: correlation of its advantages of the expert's steps with the first one's. */
  readonly correlations: Readonly<Record<string, number | null>>
}

/**
 * Plays an environment by its expert and at random, and credits the expert's groups by each estimator.
 * @throws GymError as `rolloutGroup`; what an agent or an estimator cannot do is null
 */
export async function measureEnvironment(world: World, comparison: Comparison): Promise<EnvironmentFacts> {
  const { expert, random, estimators } = comparison
  const played = expert && (await playGroups(world, expert, comparison))
  const groups = (played?.groups ?? []).filter(({ trajectories }) => trajectories.length > 0)
  const chance = await playGroups(world, random, comparison)
  return {
    environment: world.environment.id,
    maxSteps: world.environment.maxSteps,
    expert: played && agentFacts(played),
    random: agentFacts(chance),
    ...groupFacts(groups),
    correlations: correlationsOf(groups, estimators),
  }
}

/** Null where no episode came to an end. */
function agentFacts({ groups, actions, msPerStep }: Played): AgentFacts | null {
  const all = groups.flatMap(({ trajectories }) => trajectories)
  if (all.length === 0) return null
  return {
    episodes: all.length,
    success: meanOf(all.map(({ rewards }) => signalValue(rewards, 'success'))),
    meanReturn: meanOf(all.map(({ steps }) => returnOf(steps))),
    steps: all.reduce((sum, { steps }) => sum + steps.length, 0) / all.length,
    actions,
    msPerStep,
  }
}

/** Mean of those that are known; null where none is. */
function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

function groupFacts(groups: readonly Group[]): Pick<EnvironmentFacts, 'repeated' | 'degenerate'> {
  if (groups.length === 0) return { repeated: null, degenerate: null }
  const facts = groups.map(factsOf)
  const [shared, comparable] = [sumOf(facts, 'shared'), sumOf(facts, 'comparable')]
  const isDegenerate = groups.map(({ trajectories }) => new Set(trajectories.map(outcomeOf)).size === 1)
  return {
    repeated: comparable === 0 ? null : shared / comparable,
    degenerate: isDegenerate.filter((each) => each).length / groups.length,
  }
}

const outcomeOf = ({ steps }: Trajectory): number | null => returnOf(steps)

const sumOf = <Name extends string>(all: readonly Readonly<Record<Name, number>>[], name: Name): number =>
  all.reduce((sum, each) => sum + each[name], 0)

function correlationsOf(groups: readonly Group[], [first, ...others]: readonly Estimator[]) {
  const against = first === undefined || groups.length === 0 ? null : creditOf(groups, first)
  return Object.fromEntries(
    others.map((estimator) => [estimator.name, against && correlationBetween(against, creditOf(groups, estimator))]),
  )
}

/** Null where the groups lack what the estimator needs. */
function creditOf(groups: readonly Group[], estimator: Estimator): Credit | null {
  try {
    return computeCredit(batchOfGroups(groups), { estimator }, null)
  } catch (thrown) {
    if (thrown instanceof GymError) return null
    throw thrown
  }
}

/** Over rows that both credit; null where one of them says the same of all. */
function correlationBetween(first: Credit, second: Credit | null): number | null {
  if (second === null) return null
  const rows = [...first.mask.keys()].filter((row) => first.mask[row] === 1 && second.mask[row] === 1)
  const known = ({ advantages }: Credit): Float64Array => Float64Array.from(rows, (row) => advantages[row] ?? 0)
  return correlationOf(known(first), known(second))
}
