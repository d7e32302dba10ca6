import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { GymError } from '../../../core/data/errors.ts'
import type { Seed } from '../../../core/data/rng.ts'
import { versionOf } from '../../../models/networks/network.ts'
import { stepValueNetwork } from '../../../models/networks/step-value.ts'
import type { Device } from '../../../models/runtime/messages.ts'
import { openRuntime } from '../../../models/runtime/runtime.ts'
import { readRun } from '../../../records/index.ts'
import { episodesOf, type OutcomeEpisode, RETURN } from '../../../rewards/contribution/episodes.ts'
import { type LearntContributions, learnContributions } from '../../../rewards/contribution/learning.ts'
import { saveContributions } from '../../../rewards/contribution/model-file.ts'
import { type ContributionOptions, contributionOptions } from '../../../rewards/contribution/options.ts'
import type { Cli } from '../../cli.ts'
import { type RunLosses, reportedLosses } from '../../recorded.ts'
import { progressBar } from '../../terminal/progress.ts'
import { groupsOfRun } from '../monitor/groups-of-run.ts'

/** What the flags of `stepgym fit` say. */
export interface FitFlags extends Partial<ContributionOptions> {
  readonly out: string
  readonly outcome?: string
  readonly seed?: Seed
  readonly device?: Device | 'auto'
}

/** What `stepgym fit` did, as it prints it for machines. */
export interface FitReport extends Omit<LearntContributions, 'weights'> {
  readonly run: string
  readonly losses: RunLosses
  /** File of the model. */
  readonly out: string
  /** What contributions sum to. */
  readonly outcome: string
  /** Episodes that ended, without that outcome: they are left out. */
  readonly unknown: number
  /** Digest of the model, 16 hex digits. */
  readonly version: string
  /** Whether it ended before all passes: the model is that of those which were finished. */
  readonly isInterrupted: boolean
}

/**
 * Trains a model of contributions on a recorded run, and saves it.
 * @throws GymError RECORD_FOREIGN, RECORD_CORRUPT; CONFIG_INVALID for a file that is there already, options out of their
 * range, or a run without an outcome; DEVICE_UNAVAILABLE; RECORD_FAILED
 */
export async function fitted(
  cli: Cli,
  folder: string,
  { out, outcome = RETURN, seed = 0, device = 'cpu', ...chosen }: FitFlags,
  signal: AbortSignal,
): Promise<FitReport> {
  const path = resolve(cli.folder, out)
  if (existsSync(path)) throw new GymError('CONFIG_INVALID', `${out} is there already: choose a new file with --out`)
  const options = contributionOptions(chosen)
  const run = readRun(resolve(cli.folder, folder))
  const losses = reportedLosses(run, cli.err)
  const { groups, unknown } = outcomesOf(run, outcome)
  const learnt = await learntOn(cli, groups, { options, seed, device, signal })
  const network = stepValueNetwork(options)
  saveContributions(path, { network, weights: learnt.weights, outcome })
  const { weights, ...figures } = learnt
  const version = versionOf(network, weights)
  const isInterrupted = learnt.epochs < options.epochs
  return { run: folder, losses, out, outcome, unknown, version, isInterrupted, ...figures }
}

function outcomesOf(run: ReturnType<typeof readRun>, outcome: string) {
  const groups: (readonly OutcomeEpisode[])[] = []
  let unknown = 0
  for (const group of groupsOfRun(run)) {
    const read = episodesOf(group, outcome)
    unknown += read.unknown
    groups.push(read.episodes)
  }
  if (groups.every(({ length }) => length === 0))
    throw new GymError('SIGNAL_MISSING', `no episode of the run that ended has ${named(outcome)}: ${REMEDY}`)
  return { groups, unknown }
}

const named = (outcome: string): string => (outcome === RETURN ? 'a return' : `an outcome ${outcome}`)

const REMEDY = 'name another signal with --outcome, or judge the run by stepgym rescore first'

interface Plan {
  readonly options: ContributionOptions
  readonly seed: Seed
  readonly device: Device | 'auto'
  readonly signal: AbortSignal
}

async function learntOn(
  cli: Cli,
  groups: readonly (readonly OutcomeEpisode[])[],
  { options, seed, device, signal }: Plan,
): Promise<LearntContributions> {
  const runtime = await openRuntime({ device })
  const bar = progressBar(cli.err)
  const onEpoch = (epoch: number, loss: number): void =>
    bar.update(`passes, squared error ${loss.toFixed(4)}`, epoch, options.epochs)
  try {
    return await learnContributions(groups, { runtime, options, seed, signal, onEpoch })
  } finally {
    bar.clear()
    await runtime.close()
  }
}
