import { resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { GymError } from '../../../core/data/errors.ts'
import { counted } from '../../../core/data/shown.ts'
import type { Step } from '../../../core/data/types.ts'
import { Branches } from '../../../core/rollout/branches.ts'
import { attributed, writeWhole } from '../../../records/files.ts'
import { type Run, readRun } from '../../../records/index.ts'
import { betaSweep } from '../../../rewards/evaluation/beta-sweep.ts'
import { CANONICAL_FORMS, type CanonicalForm } from '../../../rewards/evaluation/reward-distance.ts'
import { type RewardPair, rewardPairs } from '../../../rewards/evaluation/reward-pairs.ts'
import { sampledProcess } from '../../../rewards/evaluation/sampled-process.ts'
import { type CommandHost, printJson, printLines } from '../../cli.ts'
import { NUMBER, TEXT } from '../../config/readers.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, flagOneOf, readFlag } from '../../flags.ts'
import { type RunLosses, reportedLosses } from '../../recorded.ts'
import { type Column, tableOf } from '../../terminal/table.ts'
import { decimal } from '../rollout/print.ts'
import { type Sweep, sweepLines, sweepSvg } from './sweep.ts'

interface DistanceFlags {
  readonly form?: CanonicalForm
  readonly anchor?: string
  readonly discount?: number
  readonly sweep?: string
  readonly base?: string
  readonly betas?: readonly number[]
  readonly plot?: string
  readonly json?: boolean
}

interface DistanceReport {
  readonly run: string
  readonly losses: RunLosses
  readonly form: CanonicalForm
  readonly discount: number
  readonly states: number
  readonly transitions: number
  readonly steps: number
  /** Every two signals; none where one is swept. */
  readonly pairs: readonly RewardPair[]
  readonly sweep: Sweep | null
}

const DEFAULT_BETAS: readonly number[] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3]

export function addEvalDistance(program: Command, { cli }: CommandHost): void {
  program
    .command('distance')
    .description('measure how differently the signals of a run order policies and episodes: STARC distance, order')
    .argument('<run>', 'folder of the run')
    .addOption(
      flagOneOf('--form <name>', 'what is removed before rewards are compared (default: value)', CANONICAL_FORMS),
    )
    .addOption(readFlag('--anchor <name>', 'anchor that distinguishes states (default: state)', TEXT))
    .addOption(readFlag('--discount <n>', 'discount a step, from 0 to below 1 (default: 0.99)', NUMBER))
    .addOption(readFlag('--sweep <signal>', 'add this signal to another with each weight of --betas', TEXT))
    .addOption(readFlag('--base <signal>', 'what it is added to (default: env)', TEXT))
    .option('--betas <list>', `weights of the sweep (default: ${DEFAULT_BETAS.join()})`, weights)
    .addOption(readFlag('--plot <file>', 'picture of the sweep, as SVG', TEXT))
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf(
        'stepgym eval distance runs/a',
        'stepgym eval distance runs/a --form value-potential',
        'stepgym eval distance runs/b --sweep implicit --betas 0.01,0.1,1 --plot sweep.svg',
      ),
    )
    .action((folder: string, { json = false, ...flags }: DistanceFlags) => {
      const report = measured(folder, flags)
      if (json) printJson(cli.out, report)
      else printLines(cli.out, linesOf(report))
    })

  function measured(
    folder: string,
    { form = 'value', anchor = 'state', discount = 0.99, sweep, base = 'env', betas, plot }: DistanceFlags,
  ): DistanceReport {
    if (sweep === undefined && (betas ?? plot) !== undefined)
      throw new GymError('CONFIG_INVALID', 'say which signal is swept: --sweep SIGNAL')
    const run = readRun(resolve(cli.folder, folder))
    const losses = reportedLosses(run, cli.err)
    const steps = [...run.trajectories()].flatMap(({ trajectory }) => trajectory.steps)
    const process = sampledProcess(steps, { anchor, discount })
    const { states, transitions } = process
    const groups = episodesOf(run)
    const common = { run: folder, losses, form, discount, states, transitions, steps: steps.length }
    if (sweep === undefined) return { ...common, pairs: rewardPairs(process, groups, form), sweep: null }
    expectSignals(steps, [base, sweep])
    const request = { signal: sweep, base, betas: betas ?? DEFAULT_BETAS, form, anchor, discount }
    const figures = betaSweep(steps, groups, request)
    if (plot !== undefined) writePicture(resolve(cli.folder, plot), sweepSvg({ signal: sweep, base, figures }))
    return { ...common, pairs: [], sweep: { signal: sweep, base, figures } }
  }
}

/** Positive numbers that rise. */
function weights(text: string): readonly number[] {
  const read = text.split(',').map((each) => (each.trim() === '' ? Number.NaN : Number(each)))
  if (read.every((each, at) => Number.isFinite(each) && each > (read[at - 1] ?? 0))) return read
  throw new InvalidArgumentError('Give numbers above 0 that rise, with commas between: 0.01,0.1,1.')
}

function expectSignals(steps: readonly Step[], names: readonly string[]): void {
  const known = new Set(steps.flatMap(({ rewards }) => rewards.map(({ name }) => name)))
  const missing = names.find((name) => !known.has(name))
  if (missing !== undefined)
    throw new GymError(
      'SIGNAL_MISSING',
      `no step of the run has a signal ${missing}; there are ${[...known].join(', ')}: judge the run by stepgym rescore first`,
    )
}

function writePicture(path: string, svg: string): void {
  attributed('RECORD_FAILED', `${path} cannot be written`, () => writeWhole(path, svg))
}

/** Whole episodes of each group that ended by themselves or at a limit of their task. */
function episodesOf(run: Run): readonly (readonly (readonly Step[])[])[] {
  return [...run.groups()].map(({ group }) => {
    const branches = new Branches([...group.trajectories, ...group.aborted])
    const paths = group.trajectories.map((each) => branches.stepsOf(each))
    return paths.filter((path) => path.at(-1)?.terminated || path.at(-1)?.truncated)
  })
}

const COLUMNS: readonly Column[] = [
  { heading: 'signals' },
  ...['distance', 'raw', 'same order', 'pairs'].map((heading) => ({ heading, align: 'right' }) as const),
]

const linesOf = ({ run, form, states, transitions, steps, ...report }: DistanceReport): readonly string[] => [
  `${run}: ${counted(states, 'state')}, ${counted(transitions, 'transition')} in ${counted(steps, 'step')}; form ${form}`,
  '',
  ...(report.sweep === null ? pairLines(report.pairs) : sweepLines(report.sweep)),
  '',
  'distance: 0 if two rewards order all policies alike, 2 if they are opposite, – if one orders none; raw: the same',
  'without removing shaping; same order: pairs of episodes of a group that both sums order, and order alike',
]

const pairLines = (pairs: readonly RewardPair[]): readonly string[] =>
  pairs.length === 0
    ? ['fewer than two signals are known on every transition: judge the run with other hooks by stepgym rescore']
    : tableOf(COLUMNS, pairs.map(rowOf))

const rowOf = ({ first, second, distance, raw, sameOrder, pairs }: RewardPair): readonly string[] => [
  `${first}, ${second}`,
  ...[distance, raw, sameOrder].map(decimal),
  `${pairs}`,
]
