import { parseOwnJson } from '../../core/data/json.ts'
import type { JsonObject, Reward, Step } from '../../core/data/types.ts'
import { meanInterval } from '../../evaluation/statistics/interval.ts'
import type { Manifest } from '../../records/index.ts'
import { groupedBy } from '../../records/totals.ts'
import { TrainingMonitors } from '../../rewards/monitors/training-monitors.ts'
import type {
  Finding,
  MeanOfGroups,
  RunAnswer,
  RunLine,
  ShownEnding,
  SignalLine,
  StepAddress,
  ValuesNote,
} from '../answers.ts'
import type { OpenEpisode, OpenRun } from './open-run.ts'
import { Places } from './places.ts'
import type { ShelvedRun } from './shelf.ts'

/** What the list of runs says of one. */
export function lineOf({ id }: ShelvedRun, open: OpenRun): RunLine {
  const { run, episodes, byGroup, state, bytes } = open
  const { created, environment, agent, seed } = run.manifest
  return {
    ...{ id, name: id, created, environment: environment.id, agent, seed, state, bytes },
    episodes: episodes.length,
    steps: stepsOf(open).length,
    groups: [...byGroup.keys()].filter((group) => group !== null).length,
    return: meanOfGroups(open),
    success: successOf(open),
    nulls: rewardsOf(open).filter(({ value }) => value === null).length,
  }
}

/** All that the page of a run says beside its columns. @param estimators names that the pages offer first */
export const summaryOf = (shelved: ShelvedRun, open: OpenRun, estimators: readonly string[]): RunAnswer => ({
  ...lineOf(shelved, open),
  seq: open.seq,
  manifest: publicManifest(open.run.manifest),
  endings: endingsOf(open),
  invalidActions: stepsOf(open).filter(({ isActionValid }) => !isActionValid).length,
  groupsWithSpread: groupsOf(open).filter(hasSpread).length,
  signals: signalsOf(open),
  estimators,
  values: valuesNote(open),
  findings: findingsOf(open),
  monitors: monitorsOf(open).readings(),
})

/** A manifest as far as it may be shown: its key links tags to states. */
function publicManifest({ runKey: _, ...rest }: Manifest): JsonObject {
  return parseOwnJson<JsonObject>(JSON.stringify(rest))
}

/** Steps as they are recorded: each once. */
export const stepsOf = perRun(({ episodes }): readonly Step[] =>
  episodes.flatMap(({ recorded }) => recorded.trajectory.steps),
)

const rewardsOf = perRun(({ episodes }): readonly Reward[] =>
  episodes.flatMap(({ recorded: { trajectory } }) => [
    ...trajectory.steps.flatMap(({ rewards }) => rewards),
    ...trajectory.rewards,
  ]),
)

/** Something that is made once for each run in memory. */
function perRun<T extends object>(make: (open: OpenRun) => T): (open: OpenRun) => T {
  const made = new WeakMap<OpenRun, T>()
  return (open) => {
    const known = made.get(open) ?? make(open)
    made.set(open, known)
    return known
  }
}

/** Groups in their order, those that are still being played left out; forks are in the group of their parents. */
const monitorsOf = perRun((open) => {
  const monitors = new TrainingMonitors()
  const groups = groupedBy(open.episodes, ({ id, group }) => group ?? `alone/${id}`)
  for (const members of groups.values()) {
    if (members.some(({ ending }) => ending === 'running')) continue
    const all = members.map(({ recorded }) => recorded.trajectory)
    const aborted = all.filter(({ ending }) => ending === 'aborted')
    monitors.add({ trajectories: all.filter(({ ending }) => ending !== 'aborted'), aborted })
  }
  return monitors
})

const isWhole = ({ recorded }: OpenEpisode): boolean => recorded.trajectory.ending !== 'aborted'

/** Members of each group that were not aborted; an episode of no group is one of its own. */
function groupsOf({ episodes }: OpenRun): readonly (readonly OpenEpisode[])[] {
  const groups = groupedBy(episodes.filter(isWhole), ({ id, group }) => group ?? `alone/${id}`)
  return [...groups.values()]
}

function returnsOf(members: readonly OpenEpisode[]): readonly number[] {
  return members.flatMap((member) => (member.return === null ? [] : [member.return]))
}

const hasSpread = (members: readonly OpenEpisode[]): boolean => new Set(returnsOf(members)).size > 1

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Groups are independent, and their members are not: the interval is over groups. */
function meanOfGroups(open: OpenRun): MeanOfGroups | null {
  const means = groupsOf(open)
    .map(returnsOf)
    .filter((returns) => returns.length > 0)
    .map(meanOf)
  if (means.length === 0) return null
  const interval = meanInterval(means)
  return { mean: meanOf(means), low: interval?.low ?? null, high: interval?.high ?? null }
}

function successOf({ episodes }: OpenRun): number | null {
  const known = episodes.filter(isWhole).flatMap(({ totals }) => {
    const sum = totals.find(({ name }) => name === 'success')?.sum ?? null
    return sum === null ? [] : [sum]
  })
  return known.length === 0 ? null : known.filter((sum) => sum > 0).length / known.length
}

function endingsOf({ episodes }: OpenRun): RunAnswer['endings'] {
  const count = (ending: ShownEnding): number => episodes.filter((episode) => episode.ending === ending).length
  return {
    terminated: count('terminated'),
    truncated: count('truncated'),
    aborted: count('aborted'),
    running: count('running'),
  }
}

function signalsOf(open: OpenRun): readonly SignalLine[] {
  return [...groupedBy(rewardsOf(open), ({ name }) => name)].map(([name, rewards]) => {
    const nulls = nullsIn(rewards)
    const reasons = [...groupedBy(nulls, (reason) => reason)].map(([reason, all]) => [reason, all.length] as const)
    const times = Float64Array.from(rewards, ({ latencyMs }) => latencyMs).sort()
    const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0
    const latency = { median: at(0.5), p95: at(0.95) }
    return { name, count: rewards.length, nulls: nulls.length, reasons: Object.fromEntries(reasons), latency }
  })
}

function valuesNote({ values }: OpenRun): ValuesNote | null {
  if (values === null) return null
  const { forks } = values.settings
  return { count: values.byStep.size, forks: typeof forks === 'number' ? forks : null, isStale: values.isStale }
}

/** What to look at first, as far as it needs no credit. */
function findingsOf(open: OpenRun): readonly Finding[] {
  const { episodes } = open
  const whole = (episode: OpenEpisode): StepAddress => ({ id: episode.id, index: null })
  const having = (ending: ShownEnding) => episodes.filter((each) => each.ending === ending).map(whole)
  const flat = groupsOf(open).filter((members) => members.length > 1 && !hasSpread(members))
  const nothing = episodes.filter((each) => isWhole(each) && each.return === 0).map(whole)
  const refused = stepsOf(open).filter(({ isActionValid }) => !isActionValid)
  return [
    finding('nothing-earned', nothing, 'return=0 -ending:aborted'),
    finding(
      'no-spread',
      flat.flatMap(([first]) => (first ? [whole(first)] : [])),
      null,
    ),
    ...nullsByReason(episodes).map(([why, all]) => finding('nulls', all, nullQuery(why, all), why)),
    finding('refused', refused.map(addressOf), 'valid:no'),
    finding('merged', mergedIn(open), 'states>1', 'text'),
    finding('truncated', having('truncated'), 'ending:truncated'),
    finding('aborted', having('aborted'), 'ending:aborted'),
  ].filter(({ count }) => count > 0)
}

const finding = (
  kind: Finding['kind'],
  places: readonly StepAddress[],
  query: string | null,
  detail: string | null = null,
): Finding => ({ kind, detail, query, count: places.length, worst: places[0] ?? null })

/** A search finds nulls of steps; those of whole episodes have none. */
const nullQuery = (why: string, places: readonly StepAddress[]): string | null =>
  why.includes('"') || places.some(({ index }) => index === null) ? null : `reason="${why}"`

/** Steps at places that merge several states. */
function mergedIn(open: OpenRun): readonly StepAddress[] {
  const places = new Places(open)
  return open.episodes.flatMap((episode) =>
    episode.path
      .filter((step) => (places.at(episode, step)?.states.size ?? 0) > 1)
      .map(({ index }) => ({ id: episode.id, index })),
  )
}

const addressOf = ({ trajectoryId, index }: Step): StepAddress => ({ id: trajectoryId, index })

function nullsByReason(episodes: readonly OpenEpisode[]): readonly (readonly [string, readonly StepAddress[]])[] {
  const nulls = episodes.flatMap(({ id, recorded: { trajectory } }) => [
    ...trajectory.steps.flatMap(({ index, rewards }) => nullsIn(rewards).map((why) => ({ why, place: { id, index } }))),
    ...nullsIn(trajectory.rewards).map((why) => ({ why, place: { id, index: null } })),
  ])
  return [...groupedBy(nulls, ({ why }) => why)].map(([why, all]) => [why, all.map(({ place }) => place)])
}

/** Reasons of the rewards that have no value. */
const nullsIn = (rewards: readonly Reward[]): readonly string[] =>
  rewards.flatMap((reward) => (reward.value === null ? [reward.reason] : []))
