import type { Ending, ForkPoint, JsonObject } from '../../../core/data/types.ts'
import { Branches } from '../../../core/rollout/branches.ts'
import type { Manifest, RecordedTrajectory, Run } from '../../../records/index.ts'
import { groupedBy, inOrderOfName, pathOf, type Total, totalsOf } from '../../../records/totals.ts'
import { chosenText } from '../../config/readers.ts'
import { cut } from '../../terminal/fit.ts'

/** What a manifest says of a run. */
export interface RunFacts {
  readonly environment: string
  /** Options of the environment: its defaults with what was chosen over them. */
  readonly options: JsonObject
  readonly agent: string
  /** What was chosen over the agent's defaults. */
  readonly agentOptions: JsonObject
  readonly hooks: readonly string[]
  readonly seed: Manifest['seed']
  readonly created: string
}

export const factsOf = ({ environment, agent, agentOptions = {}, hooks, seed, created }: Manifest): RunFacts => ({
  environment: environment.id,
  options: environment.options,
  agent,
  agentOptions,
  hooks: hooks.map(({ name }) => name),
  seed,
  created,
})

/** The agent as a flag would name it, with its options, cut to fit. */
export const agentText = ({ agent, agentOptions }: Pick<RunFacts, 'agent' | 'agentOptions'>): string =>
  cut(chosenText({ reference: agent, options: agentOptions }), MOST_AGENT)

const MOST_AGENT = 80

/** One recorded episode in a listing. */
export interface EpisodeLine {
  readonly id: string
  readonly group: string | null
  readonly task: string
  readonly member: number
  readonly forkedFrom: ForkPoint | null
  /** Its own; those that a fork shares with its parent are the parent's. */
  readonly steps: number
  readonly invalidActions: number
  readonly ending: Ending
  readonly endingReason: string | null
  /** False where the record stops before the end of the episode. */
  readonly isFinished: boolean
  /** What was earned from the reset on: the environment's own reward first, then each hook. */
  readonly totals: readonly Total[]
}

/** One group in a listing. */
export interface GroupLine {
  /** Null for episodes of no group. */
  readonly id: string | null
  /** Null where its episodes are of several tasks. */
  readonly task: string | null
  readonly episodes: number
  readonly steps: number
  readonly endings: Readonly<Record<Ending, number>>
  /** The environment's own reward of the episodes that were not aborted; null where none is known. */
  readonly least: number | null
  readonly mean: number | null
  readonly most: number | null
}

export interface RunView {
  readonly groups: readonly GroupLine[]
  readonly episodes: readonly EpisodeLine[]
}

/** Every episode of a run and its groups, in the order of their names. */
export function viewOfRun(run: Run): RunView {
  const recorded = [...run.trajectories()]
  const branches = new Branches(recorded.map(({ trajectory }) => trajectory))
  const episodes = recorded.map((each) => lineOf(each, branches)).toSorted(inOrderOfName)
  const byGroup = groupedBy(episodes, ({ group }) => group)
  return { episodes, groups: [...byGroup].map(([id, members]) => groupOf(id, members)) }
}

function lineOf({ trajectory, isFinished }: RecordedTrajectory, branches: Branches): EpisodeLine {
  const { id, groupId, taskId, member, forkedFrom = null, steps, ending, endingReason } = trajectory
  return {
    id,
    group: groupId,
    task: taskId,
    member,
    forkedFrom,
    steps: steps.length,
    invalidActions: steps.filter(({ isActionValid }) => !isActionValid).length,
    ending,
    endingReason,
    isFinished,
    totals: totalsOf(pathOf(trajectory, branches), trajectory.rewards),
  }
}

/** The environment's own reward of an episode. */
export const returnOf = ({ totals }: Pick<EpisodeLine, 'totals'>): number | null =>
  totals.find(({ name }) => name === 'env')?.sum ?? null

function groupOf(id: string | null, members: readonly EpisodeLine[]): GroupLine {
  const tasks = new Set(members.map(({ task }) => task))
  const count = (ending: Ending): number => members.filter((each) => each.ending === ending).length
  return {
    id,
    task: tasks.size === 1 ? (members[0]?.task ?? null) : null,
    episodes: members.length,
    steps: members.reduce((sum, { steps }) => sum + steps, 0),
    endings: { terminated: count('terminated'), truncated: count('truncated'), aborted: count('aborted') },
    ...spreadOf(members.filter(({ ending }) => ending !== 'aborted').map(returnOf)),
  }
}

function spreadOf(returns: readonly (number | null)[]): Pick<GroupLine, 'least' | 'mean' | 'most'> {
  const known = returns.filter((each) => each !== null)
  if (known.length === 0) return { least: null, mean: null, most: null }
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length
  return { least: Math.min(...known), mean, most: Math.max(...known) }
}
