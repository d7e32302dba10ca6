import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { GymError } from '../../../core/data/errors.ts'
import { type BenchEntry, entriesOf, PLANTED } from '../../../evaluation/creditbench/entries.ts'
import { reportFiles, writeReport } from '../../../evaluation/creditbench/report/write.ts'
import { allEntries, runBench } from '../../../evaluation/creditbench/run.ts'
import { type BenchWorld, worlds } from '../../../evaluation/creditbench/world.ts'
import { expectEnumerable } from '../../../evaluation/exact/enumerate.ts'
import { trainedPolicy } from '../../../evaluation/exact/trained-policy.ts'
import { readSafetensors } from '../../../models/weights/safetensors.ts'
import { estimators } from '../../../registry/index.ts'
import { type Cli, type CommandHost, printJson, printLines } from '../../cli.ts'
import { COUNT, POSITION, TEXT } from '../../config/readers.ts'
import { readSettings } from '../../config.ts'
import { exampleOf } from '../../examples.ts'
import { environmentCatalog } from '../../find.ts'
import { FLAGS, readFlag, separated } from '../../flags.ts'
import { painterOf } from '../../terminal/paint.ts'
import { progressBar } from '../../terminal/progress.ts'
import { type CreditRunFlags, evalCreditOfRun } from './credit-run.ts'
import { withValueFlags } from './oracle.ts'
import { printedBench } from './print-bench.ts'

interface EvalCreditFlags extends CreditRunFlags {
  readonly run?: string
  readonly quick?: boolean
  readonly world?: readonly string[]
  readonly policy?: string
  readonly rows?: number
  readonly seed?: number
  readonly out?: string
}

/** Steps credited by each estimator in each condition. */
const QUICK_ROWS = 10_000
const FULL_ROWS = 200_000
/** Play-outs of each step of a run. */
const DEFAULT_FORKS = 64

export function addEvalCredit(program: Command, host: CommandHost): void {
  const { cli } = host
  withValueFlags(program.command('credit'), DEFAULT_FORKS)
    .description(
      'measure every advantage estimator against exact advantages, in worlds that can be solved; with --run against values by forks of the steps of a run',
    )
    .addOption(readFlag('--run <folder>', 'steps of this run, in place of worlds', TEXT))
    .addOption(readFlag('--values <file>', 'file of the values by forks (default: beside the run)', TEXT))
    .option('--quick', `fewer steps: about ${QUICK_ROWS} in each condition instead of ${FULL_ROWS}`)
    .option('--world <names>', 'worlds, comma separated (default: all)', separated)
    .addOption(
      readFlag(
        '--policy <file>',
        'weights that stepgym train wrote: they act in every world, in place of policies of a chosen mean return',
        TEXT,
      ),
    )
    .option('--estimator <names>', 'estimators, comma separated: names or paths (default: all)', separated)
    .addOption(
      readFlag('--rows <n>', 'steps credited by each estimator in each condition; ten batches at least', COUNT),
    )
    .addOption(readFlag('--seed <n>', 'of policies and groups (default: 0)', POSITION))
    .addOption(
      readFlag('--out <folder>', 'folder of creditbench.md and its pictures (default: runs/creditbench)', TEXT),
    )
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf(
        'stepgym eval credit --quick',
        'stepgym eval credit --world key-door --estimator rloo,gigpo,crbc',
        'stepgym eval credit --world shop-miniature --policy runs/learnt/policy.safetensors',
        'stepgym eval credit --run runs/a --estimator grpo,gigpo,crbc --forks 32',
      ),
    )
    .action(async (flags: EvalCreditFlags) => {
      expectOneSubject(flags)
      if (flags.run === undefined) await evalCreditOfWorlds(cli, { ...flags, out: flags.out ?? 'runs/creditbench' })
      else host.exit(await evalCreditOfRun(host, flags.run, flags))
    })
}

async function evalCreditOfWorlds(
  cli: Cli,
  { json = false, ...flags }: EvalCreditFlags & { readonly out: string },
): Promise<void> {
  const results = await measure(cli, flags)
  const files = reportFiles(results, frameOf(flags))
  writeReport(resolve(cli.folder, flags.out), files)
  if (json) printJson(cli.out, results)
  else
    printLines(
      cli.out,
      printedBench(results, join(flags.out, 'creditbench.md'), rowsOf(flags), painterOf(cli.out, cli.variables)),
    )
}

async function measure(cli: Cli, { world = [], estimator = [], seed = 0, policy, ...flags }: EvalCreditFlags) {
  const catalogs = { userFolder: cli.folder }
  const chosen = await Promise.all(
    (world.length > 0 ? world : worlds(catalogs).names()).map((name) => loadWorld(cli, name)),
  )
  const entries = estimator.length > 0 ? await chosenEntries(cli, estimator) : await allEntries(catalogs)
  const bar = progressBar(cli.err)
  const onProgress = (done: number, total: number, now: string): void => bar.update(now, done, total)
  const results = await runBench(expectDistinct(chosen), entries, {
    ...(policy !== undefined && { policy: trainedPolicy(readSafetensors(resolve(cli.folder, policy)).weights) }),
    rows: rowsOf(flags),
    seed,
    catalogs,
    onProgress,
  })
  bar.clear()
  return results
}

/** An environment is easily mistaken for a world: what to do with one depends on whether it can be solved. */
async function loadWorld(cli: Cli, name: string): Promise<BenchWorld> {
  const catalog = worlds({ userFolder: cli.folder })
  const settings = await readSettings(cli)
  const environments = environmentCatalog(cli.folder, settings)
  if (catalog.names().includes(name) || !environments.names().includes(name)) return catalog.load(name)
  expectEnumerable(await environments.load(name))
  throw new GymError(
    'CONFIG_INVALID',
    `${name} is an environment: a world of the bench names one with its options and tasks, in a file of evaluation/worlds/ (there are ${catalog.names().join(', ')}); the steps of a run of it are valued by stepgym eval values RUN`,
  )
}

async function chosenEntries(cli: Cli, names: readonly string[]): Promise<readonly BenchEntry[]> {
  const catalog = estimators({ userFolder: cli.folder })
  const loaded = await Promise.all(names.map((name) => catalog.load(name)))
  return [...PLANTED, ...loaded.flatMap(entriesOf)]
}

const OF_WORLDS = ['quick', 'world', 'policy', 'rows', 'seed', 'out'] as const
const OF_RUNS = ['agent', 'forks', 'budget', 'confidence', 'gamma', 'range', 'twoValued', 'env', 'values'] as const

/** @throws GymError CONFIG_INVALID for flags of worlds where a run is measured, and the other way round. */
function expectOneSubject(flags: EvalCreditFlags): void {
  const idle = (flags.run === undefined ? OF_RUNS : OF_WORLDS).find((name) => flags[name] !== undefined)
  if (idle === undefined) return
  const flag = `--${idle.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  const advice =
    flags.run === undefined ? 'is for --run FOLDER: name the run' : 'is for worlds: leave it out with --run'
  throw new GymError('CONFIG_INVALID', `${flag} ${advice}`)
}

function expectDistinct(chosen: readonly BenchWorld[]): readonly BenchWorld[] {
  const names = chosen.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw new GymError('CONFIG_INVALID', `the world ${twice} is asked for twice`)
  return chosen
}

const rowsOf = ({ rows, quick = false }: Pick<EvalCreditFlags, 'rows' | 'quick'>): number =>
  rows ?? (quick ? QUICK_ROWS : FULL_ROWS)

/** The command that writes the same report again. */
function frameOf({ quick, world, policy, estimator, rows, seed = 0, out = '' }: EvalCreditFlags) {
  const flags = [
    ...(quick ? ['--quick'] : []),
    ...(world ? [`--world ${world.join(',')}`] : []),
    ...(policy ? [`--policy ${policy}`] : []),
    ...(estimator ? [`--estimator ${estimator.join(',')}`] : []),
    ...(rows === undefined ? [] : [`--rows ${rows}`]),
    ...(seed === 0 ? [] : [`--seed ${seed}`]),
    `--out ${out}`,
  ]
  return {
    command: `npx stepgym eval credit ${flags.join(' ')}`,
    rows: rowsOf({ ...(rows !== undefined && { rows }), ...(quick && { quick }) }),
    seed,
    isTrained: policy !== undefined,
  }
}
