import { counted } from '../../../core/data/shown.ts'
import type { Exported, Format, Grain } from '../../../exchange/export.ts'
import type { LeftOut, Named } from '../../../exchange/trajectories.ts'

/** What `stepgym export` did, as it prints it for machines. */
export interface ExportReport extends Exported {
  readonly run: string
  readonly format: Format
  readonly grain: Grain
  readonly out: string
  /** Bytes of a last line that a crash tore: left out. */
  readonly tornBytes: number
  /** Why the environment could not be opened, which conversations begin with; null where it could, or was not needed. */
  readonly withoutEnvironment: string | null
}

export const linesOf = (report: ExportReport): readonly string[] => [
  `${counted(report.trajectories, 'trajectory', 'trajectories')} of ${report.run}: ${counted(report.rows, 'row')} in ${report.out}`,
  ...emptyLines(report),
  ...leftOutLines(report.leftOut),
  ...(report.tornBytes > 0
    ? [`left out: the last line of the record, which a crash tore (${counted(report.tornBytes, 'byte')})`]
    : []),
  ...(report.withoutEnvironment === null ? [] : [withoutLine(report.withoutEnvironment)]),
]

/** Why a file has no row although there are trajectories. */
function emptyLines({ rows, trajectories, grain, format }: ExportReport): readonly string[] {
  if (rows > 0 || trajectories === 0) return []
  if (grain === 'tokens')
    return [
      'no row: no trajectory has the tokens that its policy sampled; the agent chat records them with evidence=true',
    ]
  return format === 'dpo' ? ['no row: no two answers to one prompt have different scores'] : ['no row']
}

const withoutLine = (problem: string): string =>
  `without system messages and tools, which the environment of the run has: ${problem}`

const REASONS: Readonly<Record<keyof LeftOut, string>> = {
  aborted: 'aborted',
  unfinished: 'not finished: the record stops before the end',
  withoutStep: 'without a step',
  filtered: 'by a filter',
}

const leftOutLines = ({ aborted, unfinished, withoutStep, filtered }: LeftOut): readonly string[] => [
  ...line(REASONS.aborted, aborted),
  ...line(REASONS.unfinished, unfinished),
  ...line(REASONS.withoutStep, withoutStep),
  ...line(REASONS.filtered, filtered),
]

function line(reason: string, { count, ids }: Named): readonly string[] {
  if (count === 0) return []
  const more = count > ids.length ? `, and ${count - ids.length} more` : ''
  return [`left out: ${counted(count, 'trajectory', 'trajectories')} ${reason} (${ids.join(', ')}${more})`]
}
