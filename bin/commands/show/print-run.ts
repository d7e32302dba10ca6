import { counted } from '../../../core/data/shown.ts'
import type { JsonObject } from '../../../core/data/types.ts'
import type { Total } from '../../../records/totals.ts'
import { pairsOf } from '../../config/readers.ts'
import { cut } from '../../terminal/fit.ts'
import type { Painter } from '../../terminal/paint.ts'
import { type Column, tableOf } from '../../terminal/table.ts'
import { decimal, whole } from '../rollout/print.ts'
import type { PassRate } from './pass.ts'
import { agentText, type EpisodeLine, type GroupLine, type RunFacts } from './run.ts'

/** A run as far as it is listed. */
export interface ShownRun extends RunFacts {
  readonly run: string
  readonly tornBytes: number
  /** Episodes that could be listed. */
  readonly total: number
  readonly offset: number
  readonly limit: number
  readonly groups: readonly GroupLine[]
  readonly passAtK: readonly PassRate[]
  readonly episodes: readonly EpisodeLine[]
}

/** @param width of a line in characters, to which tables are fitted; Infinity for any */
export function printedRun(shown: ShownRun, width: number, paint: Painter): readonly string[] {
  const { run, environment, options, hooks, seed, created, tornBytes, groups, episodes, limit } = shown
  const listed = groups.slice(0, limit)
  return [
    paint('bold', `${run}: ${environment}, ${agentText(shown)}${seed === null ? '' : `, seed ${seed}`}, ${created}`),
    ...optionLines(options),
    `${counted(shown.total, 'episode')} in ${counted(groups.length, 'group')}; hooks: ${hooks.join(', ') || 'none'}`,
    ...(tornBytes > 0 ? [paint('yellow', `a crash tore the last line (${counted(tornBytes, 'byte')}): left out`)] : []),
    '',
    ...tableOf(GROUPS, listed.map(groupCells), width),
    ...(listed.length < groups.length ? [`${counted(groups.length - listed.length, 'more group')}: --limit N`] : []),
    ...passLines(shown.passAtK),
    '',
    ...episodeTable(episodes, width),
    ...pageLines(shown),
  ]
}

/** Options of the environment that are set to something. */
function optionLines(options: JsonObject): readonly string[] {
  const set = Object.entries(options).filter(([, value]) => value !== null && value !== '')
  return set.length === 0 ? [] : [cut(`options: ${pairsOf(Object.fromEntries(set)).join(', ')}`, MOST_OPTIONS)]
}

const MOST_OPTIONS = 160

/** Chances that one of several episodes of a task succeeds. */
const passLines = (rates: readonly PassRate[]): readonly string[] =>
  rates.length === 0
    ? []
    : ['', `success of one of k episodes: ${rates.map(({ k, value }) => `pass@${k} ${decimal(value)}`).join(', ')}`]

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

function episodeTable(episodes: readonly EpisodeLine[], width: number): readonly string[] {
  const names = [...new Set(episodes.flatMap(({ totals }) => totals.map(({ name }) => name)))]
  const signals = names.filter((name) => name !== 'env').slice(0, MOST_SIGNALS)
  const columns = [
    { heading: 'episode' },
    { heading: 'task' },
    ...['steps', 'invalid', 'return', ...signals.map((name) => cut(name, MOST_NAME))].map(right),
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
  return tableOf(columns, cells, width)
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
  const from =
    forkedFrom === null ? '' : `, forked from ${cut(forkedFrom.trajectoryId, MOST_NAME)} at step ${forkedFrom.index}`
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
