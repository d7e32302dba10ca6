import { counted } from '../../../rewards/credit/index.ts'
import { cut } from '../../terminal/fit.ts'
import type { Painter } from '../../terminal/paint.ts'
import { type Column, tableOf } from '../../terminal/table.ts'
import { decimal, whole } from '../rollout/print.ts'
import type { EpisodeLine, GroupLine, RunFacts, Total } from './run.ts'

/** A run as far as it is listed. */
export interface ShownRun extends RunFacts {
  readonly run: string
  readonly tornBytes: number
  /** Episodes that could be listed. */
  readonly total: number
  readonly offset: number
  readonly limit: number
  readonly groups: readonly GroupLine[]
  readonly episodes: readonly EpisodeLine[]
}

export function printedRun(shown: ShownRun, paint: Painter): readonly string[] {
  const { run, environment, agent, hooks, seed, created, tornBytes, groups, episodes, limit } = shown
  const listed = groups.slice(0, limit)
  return [
    paint('bold', `${run}: ${environment}, ${agent}${seed === null ? '' : `, seed ${seed}`}, ${created}`),
    `${counted(shown.total, 'episode')} in ${counted(groups.length, 'group')}; hooks: ${hooks.join(', ') || 'none'}`,
    ...(tornBytes > 0 ? [paint('yellow', `a crash tore the last line (${whole(tornBytes)} bytes): left out`)] : []),
    '',
    ...tableOf(GROUPS, listed.map(groupCells)),
    ...(listed.length < groups.length ? [`${whole(groups.length - listed.length)} more groups: --limit N`] : []),
    '',
    ...episodeTable(episodes),
    ...pageLines(shown),
  ]
}

const right = (heading: string): Column => ({ heading, align: 'right' })

const GROUPS: readonly Column[] = [
  { heading: 'group' },
  { heading: 'task' },
  ...['episodes', 'steps', 'least', 'mean', 'most return', 'terminated', 'truncated', 'aborted'].map(right),
]

const groupCells = ({ id, task, episodes, steps, least, mean, most, endings }: GroupLine): readonly string[] => [
  cut(id ?? '–', MOST_NAME),
  cut(task ?? '–', MOST_NAME),
  whole(episodes),
  whole(steps),
  ...[least, mean, most].map(decimal),
  ...[endings.terminated, endings.truncated, endings.aborted].map(whole),
]

const MOST_NAME = 28
const MOST_SIGNALS = 5

function episodeTable(episodes: readonly EpisodeLine[]): readonly string[] {
  const names = [...new Set(episodes.flatMap(({ totals }) => totals.map(({ name }) => name)))]
  const signals = names.filter((name) => name !== 'env').slice(0, MOST_SIGNALS)
  const columns = [
    { heading: 'episode' },
    { heading: 'task' },
    ...['steps', 'invalid', 'return', ...signals].map(right),
    { heading: 'ending' },
  ]
  const cells = episodes.map((episode) => [
    cut(episode.id, MOST_NAME),
    cut(episode.task, MOST_NAME),
    whole(episode.steps),
    whole(episode.invalidActions),
    ...['env', ...signals].map((name) => sumCell(episode.totals.find((total) => total.name === name))),
    endingOf(episode),
  ])
  return tableOf(columns, cells)
}

/** Absent is not zero: the values that are null are counted beside what is known. */
export const sumCell = (total: Total | undefined): string => {
  if (total === undefined || total.sum === null) return decimal(null)
  return total.nulls === 0 ? decimal(total.sum) : `${decimal(total.sum)} (${total.nulls} null)`
}

const MOST_REASON = 48

export function endingOf({
  ending,
  endingReason,
  isFinished,
  forkedFrom,
}: Pick<EpisodeLine, 'ending' | 'endingReason' | 'isFinished' | 'forkedFrom'>): string {
  const why = isFinished ? endingReason : 'its record stops before its end'
  const from = forkedFrom === null ? '' : `, forked from ${forkedFrom.trajectoryId} at step ${forkedFrom.index}`
  return `${ending}${why === null ? '' : `: ${cut(why, MOST_REASON)}`}${from}`
}

function pageLines({ run, total, offset, episodes }: ShownRun): readonly string[] {
  const next = offset + episodes.length
  const [first] = episodes
  if (total === 0) return ['', 'no episode']
  const page =
    episodes.length < total ? [`episodes ${offset} to ${next - 1} of ${whole(total)}: --offset N, --limit N`] : []
  return ['', ...page, ...(first ? [`one of them step by step: stepgym show ${run} ${first.id}`] : [])]
}
