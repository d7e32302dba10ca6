import { resolve } from 'node:path'
import { GymError } from '../../../core/data/errors.ts'
import type { Json } from '../../../core/data/types.ts'
import {
  type AnytimeScores,
  anytimeScores,
  type BudgetFigures,
  budgetCurve,
  segmentAdvantages,
} from '../../../evaluation/probing/curve.ts'
import {
  type BudgetUnit,
  type ProbedPrefix,
  type ProbeSettings,
  probedPrefixes,
  spentBy,
} from '../../../evaluation/probing/prefixes.ts'
import { attributed, writeWhole } from '../../../records/files.ts'
import type { RecordedTrajectory } from '../../../records/index.ts'
import type { Cli } from '../../cli.ts'
import type { Chosen } from '../../config/readers.ts'
import type { RunLosses } from '../../recorded.ts'
import { progressBar } from '../../terminal/progress.ts'
import { type OracleFlags, type Prepared, prepareOracle } from './oracle.ts'
import { probesSvg } from './probes-svg.ts'

/** What the flags of `stepgym eval probes` say. */
export interface ProbesFlags extends Pick<OracleFlags, 'agent' | 'env' | 'trajectory'> {
  readonly say?: string
  readonly take?: readonly Json[]
  readonly within?: number
  readonly k?: number
  readonly budgets?: readonly number[]
  readonly unit?: BudgetUnit
  readonly success?: number
  readonly plot?: string
}

/** Answers that were forced in one episode. */
export interface ProbedEpisode {
  readonly trajectoryId: string
  readonly groupId: string | null
  readonly prefixes: readonly ProbedPrefix[]
  /** BRPO's advantage of each segment between budgets; null where a score is not known. */
  readonly advantages: readonly number[] | null
}

/** What `stepgym eval probes` found, as it prints it for machines. */
export interface ProbesReport {
  readonly run: string
  readonly losses: RunLosses
  readonly environment: string
  readonly agent: Chosen
  readonly unit: BudgetUnit
  readonly budgets: readonly number[]
  /** Answers at each prefix. */
  readonly k: number
  readonly within: number
  /** Least score of a right answer. */
  readonly success: number
  readonly curve: readonly BudgetFigures[]
  readonly anytime: AnytimeScores | null
  /** Forks and aborted episodes, which are left out, and those without the tokens that budgets count. */
  readonly leftOut: number
  /** Environment steps of all answers. */
  readonly steps: number
  /** Answers in which an action was taken in the agent's place; null where none was asked for. */
  readonly taken: number | null
  /** Why scores are null, by how often. */
  readonly reasons: Readonly<Record<string, number>>
  readonly isInterrupted: boolean
  readonly episodes: readonly ProbedEpisode[]
}

/**
 * Forces answers after prefixes of the episodes of a run.
 * @throws GymError as `prepareOracle`; CONFIG_INVALID where no episode can be probed; FORK_UNSUPPORTED; RECORD_FAILED
 */
export async function probed(
  cli: Cli,
  folder: string,
  { say = '', take = [], within = 1, k = 4, unit = 'steps', success = 1, plot, ...flags }: ProbesFlags,
  signal: AbortSignal,
): Promise<ProbesReport> {
  const prepared = await prepareOracle(cli, folder, flags, k)
  const all = [...prepared.trajectories()]
  const usable = all.filter((each) => isWhole(each) && spentBy(each.trajectory.steps, unit) !== null)
  if (usable.length === 0) throw new GymError('CONFIG_INVALID', nothingToProbe(unit))
  const budgets = flags.budgets ?? quartersOf(usable, unit)
  const { agent } = prepared.settings
  const settings = { agent, say, take, within, count: k, unit, budgets, signal }
  const found = await probedEpisodes(cli, prepared, usable, settings)
  const curve = budgetCurve(
    found.map(({ prefixes }) => prefixes),
    budgets,
    success,
  )
  const report = {
    ...{ run: folder, losses: prepared.losses, environment: prepared.world.environment.id },
    ...{ agent: prepared.chosen, unit, budgets, k, within, success, curve },
    anytime: anytimeScores(curve),
    leftOut: all.length - usable.length,
    ...countsOf(found, take.length > 0),
    isInterrupted: signal.aborted,
    episodes: withAdvantages(found, budgets),
  }
  if (plot !== undefined) writePicture(resolve(cli.folder, plot), report)
  return report
}

const isWhole = ({ start, trajectory }: RecordedTrajectory): boolean =>
  start.past.length === 0 && trajectory.ending !== 'aborted' && trajectory.steps.length > 0

const nothingToProbe = (unit: BudgetUnit): string =>
  unit === 'steps'
    ? 'the run has no episode to probe: forks and aborted episodes are left out'
    : 'no episode of the run has the tokens of its actions, which budgets count: record them with chat:evidence=true, or give --unit steps'

/** 0, and the quarters of what the longest episode spent, as AnytimeReasoner divides the largest budget. */
function quartersOf(usable: readonly RecordedTrajectory[], unit: BudgetUnit): readonly number[] {
  const longest = Math.max(...usable.map(({ trajectory }) => spentBy(trajectory.steps, unit)?.at(-1) ?? 0))
  return [...new Set([0, 1, 2, 3, 4].map((quarter) => Math.round((longest * quarter) / 4)))]
}

type Found = Omit<ProbedEpisode, 'advantages'>

async function probedEpisodes(
  cli: Cli,
  { world }: Prepared,
  usable: readonly RecordedTrajectory[],
  settings: ProbeSettings,
): Promise<readonly Found[]> {
  const bar = progressBar(cli.err)
  const found: Found[] = []
  let answers = 0
  const onProbe = (): void => bar.update(`episodes, ${++answers} answers`, found.length, usable.length)
  try {
    for (const { start, trajectory } of usable) {
      if (settings.signal?.aborted === true) break
      const { id, groupId, steps } = trajectory
      const prefixes = await probedPrefixes(world, { start, steps, whole: steps }, { ...settings, onProbe })
      found.push({ trajectoryId: id, groupId, prefixes: prefixes ?? [] })
    }
  } finally {
    bar.clear()
  }
  return found
}

function countsOf(found: readonly Found[], isTaking: boolean): Pick<ProbesReport, 'steps' | 'taken' | 'reasons'> {
  const reasons: Record<string, number> = {}
  let [steps, taken] = [0, 0]
  const once = new Set(found.flatMap(({ prefixes }) => prefixes.map(({ probes }) => probes)))
  for (const probe of [...once].flat()) {
    steps += probe.steps
    if (probe.wasTaken) taken++
    if (probe.reason !== null) reasons[probe.reason] = (reasons[probe.reason] ?? 0) + 1
  }
  return { steps, taken: isTaking ? taken : null, reasons }
}

/** An episode without a group is one of its own. */
const groupOf = ({ groupId, trajectoryId }: Found): string => groupId ?? trajectoryId

function withAdvantages(found: readonly Found[], budgets: readonly number[]): readonly ProbedEpisode[] {
  const advantages = new Map<Found, readonly number[] | null>()
  for (const name of new Set(found.map(groupOf))) {
    const group = found.filter((each) => groupOf(each) === name)
    const prefixes = group.map((each) => each.prefixes)
    const own = segmentAdvantages(prefixes, budgets)
    for (const [at, each] of group.entries()) advantages.set(each, own[at] ?? null)
  }
  return found.map((each) => ({ ...each, advantages: advantages.get(each) ?? null }))
}

function writePicture(path: string, report: ProbesReport): void {
  attributed('RECORD_FAILED', `${path} cannot be written`, () => writeWhole(path, probesSvg(report)))
}
