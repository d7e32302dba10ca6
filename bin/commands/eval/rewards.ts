import type { Command } from 'commander'
import { GymError } from '../../../core/data/errors.ts'
import { counted } from '../../../core/data/shown.ts'
import type { Trajectory } from '../../../core/data/types.ts'
import { type HookSet, hookSet } from '../../../core/reward/hook.ts'
import { closeHooks } from '../../../core/reward/open-hooks.ts'
import { type Run, rescoreRun } from '../../../records/index.ts'
import { hooks as hookCatalog } from '../../../registry/index.ts'
import { type JudgedTrajectory, type SignalScores, signalScores } from '../../../rewards/evaluation/step-signal.ts'
import { signalValue } from '../../../rewards/signals.ts'
import { type CommandHost, lateReporter, printJson, printLines } from '../../cli.ts'
import { TEXT } from '../../config/readers.ts'
import { readSettings } from '../../config.ts'
import { exampleOf } from '../../examples.ts'
import { chosenHooks } from '../../find.ts'
import { FLAGS, readFlag, type SettingFlags, settingsOfFlags } from '../../flags.ts'
import { openRecorded, type RunLosses, runProgress } from '../../recorded.ts'
import { type Column, tableOf } from '../../terminal/table.ts'

interface EvalRewardsFlags extends Pick<SettingFlags, 'env' | 'hook' | 'rewardModel' | 'device'> {
  readonly success?: string
  readonly json?: boolean
}

interface RewardsReport {
  readonly run: string
  readonly losses: RunLosses
  /** Signal of a trajectory that says whether it succeeded: above 0. */
  readonly success: string
  /** Ended trajectories whose success is not known: they are left out. */
  readonly unknown: number
  readonly signals: Readonly<Record<string, SignalScores>>
}

const SUCCESS = 'success'

export function addEvalRewards(program: Command, { cli }: CommandHost): void {
  program
    .command('rewards')
    .description(
      'measure how well the rewards of steps tell successes from failures: pairs of a group, best of n, where the least reward is',
    )
    .argument('<run>', 'folder of the run')
    .addOption(FLAGS.hook())
    .addOption(FLAGS.rewardModel())
    .addOption(FLAGS.device())
    .addOption(readFlag('--success <signal>', `trajectories above 0 succeeded (default: ${SUCCESS})`, TEXT))
    .addOption(FLAGS.env())
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf('stepgym eval rewards runs/a', 'stepgym eval rewards runs/a --hook progress --hook step-cost'),
    )
    .action(async (folder: string, { json = false, ...flags }: EvalRewardsFlags) => {
      const report = await cli.guarded({ report: lateReporter(cli) }, () => measured(folder, flags))
      if (json) printJson(cli.out, report)
      else printLines(cli.out, linesOf(report))
    })

  async function measured(
    folder: string,
    { env, success = SUCCESS, ...flags }: EvalRewardsFlags,
  ): Promise<RewardsReport> {
    const settings = await readSettings(cli, settingsOfFlags(flags))
    const { run, world, losses } = await openRecorded(cli, folder, env === undefined ? {} : { env })
    const isJudgedAgain = settings.hooks !== undefined || settings.rewardModel !== undefined
    const signals = new Signals(success)
    if (!isJudgedAgain) for (const group of recordedGroups(run)) signals.add(group)
    else {
      const judges = await withSuccess(await chosenHooks(cli.folder, settings), success)
      const progress = runProgress(run, cli.err)
      try {
        for await (const judged of rescoreRun(world, run, judges)) {
          const group = judged.kind === 'group' ? judged.group.trajectories : [judged.trajectory]
          progress.add(group.length)
          signals.add(group)
        }
      } finally {
        progress.clear()
        await closeHooks(judges)
      }
    }
    return { run: folder, losses, success, ...signals.scores() }
  }

  /** The default outcome is judged, too, if the hooks do not. */
  async function withSuccess(chosen: HookSet, success: string): Promise<HookSet> {
    const { turn, outcome, process, group } = chosen
    const all = [...turn, ...outcome, ...process, ...group]
    if (success !== SUCCESS || all.some(({ name }) => name === SUCCESS)) return chosen
    return hookSet([...all, await hookCatalog({ userFolder: cli.folder }).load(SUCCESS)])
  }
}

/** Closed groups, then each trajectory that is in none. */
function* recordedGroups(run: Run): Generator<readonly Trajectory[]> {
  const grouped = new Set<string>()
  for (const { group } of run.groups()) {
    for (const { id } of [...group.trajectories, ...group.aborted]) grouped.add(id)
    yield group.trajectories
  }
  for (const { trajectory } of run.trajectories()) if (!grouped.has(trajectory.id)) yield [trajectory]
}

/** Judged trajectories of each signal, by group. */
class Signals {
  readonly #success: string
  readonly #groups = new Map<string, (readonly JudgedTrajectory[])[]>()
  #unknown = 0

  constructor(success: string) {
    this.#success = success
  }

  add(trajectories: readonly Trajectory[]): void {
    const ended = trajectories.filter(({ ending }) => ending !== 'aborted')
    const known = ended.flatMap((trajectory) => {
      const value = signalValue(trajectory.rewards, this.#success)
      return value === null ? [] : [{ trajectory, isSuccess: value > 0 }]
    })
    this.#unknown += ended.length - known.length
    for (const name of new Set(known.flatMap(({ trajectory }) => namesIn(trajectory)))) {
      const judged = known.flatMap(({ trajectory, isSuccess }) => {
        const rewards = valuesOf(trajectory, name)
        return rewards.length === 0 ? [] : [{ rewards, isSuccess }]
      })
      const groups = this.#groups.get(name) ?? []
      groups.push(judged)
      this.#groups.set(name, groups)
    }
  }

  /** @throws GymError SIGNAL_MISSING where no success is known */
  scores(): Pick<RewardsReport, 'unknown' | 'signals'> {
    if (this.#groups.size === 0)
      throw new GymError(
        'SIGNAL_MISSING',
        `no ended trajectory of the run has a reward ${this.#success}, which says whether it succeeded: name the hooks to judge it by, such as --hook success, or another signal with --success`,
      )
    const signals = [...this.#groups].map(([name, groups]) => [name, signalScores(groups)] as const)
    return { unknown: this.#unknown, signals: Object.fromEntries(signals) }
  }
}

const namesIn = ({ steps }: Trajectory): readonly string[] =>
  steps.flatMap(({ rewards }) => rewards.map(({ name }) => name))

const valuesOf = ({ steps }: Trajectory, name: string): readonly number[] =>
  steps.flatMap(({ rewards }) => signalValue(rewards, name) ?? [])

const share = (value: number | null): string => (value === null ? '–' : value.toFixed(3))

function linesOf({ run, success, unknown, signals }: RewardsReport): readonly string[] {
  const rows = Object.entries(signals)
  const sizes = [...new Set(rows.flatMap(([, { aggregates }]) => aggregates[0]?.bestOf.map(({ size }) => size) ?? []))]
  return [
    `${run}: success is the signal ${success} above 0${unknown > 0 ? `; ${counted(unknown, 'trajectory', 'trajectories')} without it left out` : ''}`,
    '',
    ...tableOf(
      columnsOf(sizes),
      rows.flatMap(([name, scores]) => rowsOf(name, scores, sizes)),
    ),
    '',
    'pairs: how often a success is above a failure of its group; AUROC: of any group; best of n: success of the greatest',
    'of the first n of each group, beside one of them at random and the bound of a choice that knows the outcomes.',
    ...rows.flatMap(([name, { leastAtEnd, trajectories, successes }]) => [
      `${name}: ${successes} of ${counted(trajectories, 'trajectory', 'trajectories')} succeeded; the least reward is at the last step alone in ${share(leastAtEnd)} of them`,
    ]),
  ]
}

const columnsOf = (sizes: readonly number[]): readonly Column[] => [
  { heading: 'signal' },
  { heading: 'by' },
  ...['pairs', 'AUROC', ...sizes.map((size) => `best of ${size}`)].map(
    (heading) => ({ heading, align: 'right' }) as const,
  ),
]

/** One row an aggregate; then what any choice has at least and at most. */
function rowsOf(name: string, { aggregates }: SignalScores, sizes: readonly number[]): readonly (readonly string[])[] {
  const bestOf = (of: 'success' | 'random' | 'bound', at: SignalScores['aggregates'][number]): readonly string[] =>
    sizes.map((size) => share(at.bestOf.find((each) => each.size === size)?.[of] ?? null))
  const rows = aggregates.map((each) => [
    name,
    each.aggregate,
    share(each.pairAccuracy),
    share(each.auroc),
    ...bestOf('success', each),
  ])
  const [first] = aggregates
  return first
    ? [
        ...rows,
        [name, 'random', '', '', ...bestOf('random', first)],
        [name, 'bound', '', '', ...bestOf('bound', first)],
      ]
    : rows
}
