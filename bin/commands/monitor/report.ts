import { resolve } from 'node:path'
import { readRun } from '../../../records/index.ts'
import type { Reading } from '../../../rewards/monitors/reading.ts'
import { TrainingMonitors } from '../../../rewards/monitors/training-monitors.ts'
import type { Cli } from '../../cli.ts'
import { type RunLosses, reportedLosses } from '../../recorded.ts'
import { groupsOfRun } from './groups-of-run.ts'

export interface MonitorFlags {
  readonly window?: number
  readonly threshold?: Readonly<Record<string, number>>
}

/** What monitors read in a run. */
export interface MonitorReport {
  readonly run: string
  readonly losses: RunLosses
  /** Groups of the run, of which the latest `window` count. */
  readonly groups: number
  readonly window: number
  readonly readings: readonly Reading[]
}

export const DEFAULT_WINDOW = 64

/** @throws GymError RECORD_CORRUPT; CONFIG_INVALID as `TrainingMonitors` */
export function monitored(
  cli: Cli,
  folder: string,
  { window = DEFAULT_WINDOW, threshold = {} }: MonitorFlags,
): MonitorReport {
  const monitors = new TrainingMonitors({ window, thresholds: threshold })
  const run = readRun(resolve(cli.folder, folder))
  const losses = reportedLosses(run, cli.err)
  for (const group of groupsOfRun(run)) monitors.add(group)
  return { run: folder, losses, groups: monitors.groups, window, readings: monitors.readings() }
}
