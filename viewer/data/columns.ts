import type { ColumnsAnswer, Strip } from '../answers.ts'
import { goalLabel } from './labels.ts'
import type { OpenEpisode, OpenRun } from './open-run.ts'

/** Columns of a run: a value an episode, in the order of listings. */
export function columnsOf(open: OpenRun, strip: Strip): ColumnsAnswer {
  const { episodes } = open
  const each = <T>(of: (episode: OpenEpisode) => T): readonly T[] => episodes.map(of)
  return {
    total: episodes.length,
    ids: each(({ id }) => id),
    groups: each(({ group }) => group),
    members: each(({ recorded }) => recorded.trajectory.member),
    parents: each(({ recorded }) => recorded.trajectory.forkedFrom?.trajectoryId ?? null),
    tasks: each(({ recorded }) => recorded.trajectory.taskId),
    steps: each(({ path }) => path.length),
    returns: each((episode) => episode.return),
    endings: each(({ ending }) => ending),
    invalid: each(({ path }) => path.filter(({ isActionValid }) => !isActionValid).length),
    nulls: each(({ totals }) => totals.reduce((sum, { nulls }) => sum + nulls, 0)),
    signals: signalsOf(episodes),
    labels: labelsOf(open),
    strip,
  }
}

function signalsOf(episodes: readonly OpenEpisode[]): ColumnsAnswer['signals'] {
  const names = [...new Set(episodes.flatMap(({ totals }) => totals.map(({ name }) => name)))]
  const sumOf = (name: string, { totals }: OpenEpisode): number | null =>
    totals.find((total) => total.name === name)?.sum ?? null
  return Object.fromEntries(names.map((name) => [name, episodes.map((episode) => sumOf(name, episode))]))
}

function labelsOf({ byGroup }: OpenRun): Readonly<Record<string, string>> {
  const labels: [string, string][] = []
  for (const [group, [first]] of byGroup) if (group !== null && first) labels.push([group, goalLabel(first)])
  return Object.fromEntries(labels)
}
