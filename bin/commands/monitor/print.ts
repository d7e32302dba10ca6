import { counted } from '../../../core/data/shown.ts'
import type { Reading } from '../../../rewards/monitors/reading.ts'
import type { Painter } from '../../terminal/paint.ts'
import { type Column, tableOf } from '../../terminal/table.ts'
import { decimal } from '../rollout/print.ts'
import type { MonitorReport } from './report.ts'

const COLUMNS: readonly Column[] = [
  { heading: 'monitor' },
  { heading: 'value', align: 'right' },
  { heading: 'threshold' },
  { heading: 'what it is' },
]

/** Figures, then what is wrong and what to do. */
export function printedMonitors({ run, groups, window, readings }: MonitorReport, paint: Painter): readonly string[] {
  const sentences = readings.flatMap(({ sentence }) => sentence ?? [])
  return [
    `${run}: ${counted(groups, 'group')}${groups > window ? `, of which the latest ${window} count` : ''}`,
    '',
    ...tableOf(COLUMNS, readings.map(rowOf)),
    '',
    ...sentences.map((sentence) => paint('yellow', sentence)),
    ...(sentences.length === 0 ? ['nothing is beyond its threshold'] : []),
  ]
}

const rowOf = ({ monitor, signal, value, threshold, beyond, summary }: Reading): readonly string[] => [
  signal === null ? monitor : `${monitor}: ${signal}`,
  decimal(value),
  `${beyond} ${threshold}`,
  summary,
]
