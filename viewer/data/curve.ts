import type { CurveLine, CurvePoint } from '../answers.ts'
import type { OpenEpisode, OpenRun } from './open-run.ts'
import type { ShelvedRun } from './shelf.ts'

/** Points of a curve at most: each is a mean over neighbours. */
const MOST_POINTS = 60

/** What happened over a run: means of its signals, group by group in the order in which they were recorded. */
export function curveOf({ id }: ShelvedRun, open: OpenRun): CurveLine {
  const { environment, agent, seed } = open.run.manifest
  const groups = groupsInTime(open)
  const perPoint = Math.max(1, Math.ceil(groups.length / MOST_POINTS))
  const names = signalNames(open)
  const points: CurvePoint[] = []
  let [episodes, steps] = [0, 0]
  for (let from = 0; from < groups.length; from += perPoint) {
    const part = groups.slice(from, from + perPoint)
    episodes += part.flat().length
    steps += part.flat().reduce((sum, { recorded }) => sum + recorded.trajectory.steps.length, 0)
    points.push({ episodes, steps, values: valuesOf(part, names) })
  }
  return { id, kind: 'run', environment: environment.id, method: agent, seed, points, problem: null }
}

/** Groups, and episodes of no group, in the order in which the first of each was complete. */
function groupsInTime({ inTime }: OpenRun): readonly (readonly OpenEpisode[])[] {
  const groups = new Map<string, OpenEpisode[]>()
  for (const episode of inTime) {
    const key = episode.group === null ? `alone/${episode.id}` : `group/${episode.group}`
    const members = groups.get(key)
    if (members) members.push(episode)
    else groups.set(key, [episode])
  }
  return [...groups.values()]
}

/** Signals beside the environment's own, which is the return. */
const signalNames = ({ episodes }: OpenRun): readonly string[] =>
  [...new Set(episodes.flatMap(({ totals }) => totals.map(({ name }) => name)))].filter((name) => name !== 'env')

/** Names are those of the reports of a training, where it has the same. */
function valuesOf(groups: readonly (readonly OpenEpisode[])[], names: readonly string[]): CurvePoint['values'] {
  const whole = groups.map((members) => members.filter(({ recorded }) => recorded.trajectory.ending !== 'aborted'))
  const episodes = whole.flat()
  const sumOf = (name: string) => (episode: OpenEpisode) =>
    episode.totals.find((total) => total.name === name)?.sum ?? null
  const spreads = whole.filter((members) => members.length > 1).map(spreadOf)
  return {
    return: meanOf(episodes.map((episode) => episode.return)),
    ...Object.fromEntries(names.map((name) => [name, meanOf(episodes.map(sumOf(name)))])),
    'steps of an episode': meanOf(episodes.map(({ path }) => path.length)),
    'spread of returns in a group': meanOf(spreads),
    'groups with different returns': meanOf(spreads.map((spread) => (spread === null ? null : Number(spread > 0)))),
  }
}

/** Mean of what is known; null where nothing is. */
function meanOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

/** Standard deviation of the returns of a group; null where fewer than two are known. */
function spreadOf(members: readonly OpenEpisode[]): number | null {
  const known = members.flatMap((member) => member.return ?? [])
  const mean = meanOf(known)
  if (mean === null || known.length < 2) return null
  return Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1))
}
