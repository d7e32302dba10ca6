import { resolve } from 'node:path'
import type { Command } from 'commander'
import { counted } from '../../../core/data/shown.ts'
import type { Step } from '../../../core/data/types.ts'
import { Branches } from '../../../core/rollout/branches.ts'
import { type Run, readRun } from '../../../records/index.ts'
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

interface DistanceFlags {
  readonly form?: CanonicalForm
  readonly anchor?: string
  readonly discount?: number
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
  readonly pairs: readonly RewardPair[]
}

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
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf('stepgym eval distance runs/a', 'stepgym eval distance runs/a --form value-potential'),
    )
    .action((folder: string, { json = false, ...flags }: DistanceFlags) => {
      const report = measured(folder, flags)
      if (json) printJson(cli.out, report)
      else printLines(cli.out, linesOf(report))
    })

  function measured(
    folder: string,
    { form = 'value', anchor = 'state', discount = 0.99 }: DistanceFlags,
  ): DistanceReport {
    const run = readRun(resolve(cli.folder, folder))
    const losses = reportedLosses(run, cli.err)
    const steps = [...run.trajectories()].flatMap(({ trajectory }) => trajectory.steps)
    const process = sampledProcess(steps, { anchor, discount })
    const { states, transitions } = process
    const pairs = rewardPairs(process, episodesOf(run), form)
    return { run: folder, losses, form, discount, states, transitions, steps: steps.length, pairs }
  }
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

const linesOf = ({ run, form, states, transitions, steps, pairs }: DistanceReport): readonly string[] => [
  `${run}: ${counted(states, 'state')}, ${counted(transitions, 'transition')} in ${counted(steps, 'step')}; form ${form}`,
  '',
  ...(pairs.length === 0
    ? ['fewer than two signals are known on every transition: judge the run with other hooks by stepgym rescore']
    : tableOf(COLUMNS, pairs.map(rowOf))),
  '',
  'distance: 0 if two rewards order all policies alike, 2 if they are opposite, – if one orders none; raw: the same',
  'without removing shaping; same order: pairs of episodes of a group that both sums order, and order alike',
]

const rowOf = ({ first, second, distance, raw, sameOrder, pairs }: RewardPair): readonly string[] => [
  `${first}, ${second}`,
  ...[distance, raw, sameOrder].map(decimal),
  `${pairs}`,
]
