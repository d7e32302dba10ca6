import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { GymError } from '../../../core/data/errors.ts'
import { type Comparison, compare } from '../../../evaluation/comparison/compare.ts'
import { type ComparisonPlan, mostAtOnce } from '../../../evaluation/comparison/plan.ts'
import { PRESETS } from '../../../evaluation/comparison/presets.ts'
import type { ReportFrame } from '../../../evaluation/comparison/report/markdown.ts'
import { comparisonFiles, writeComparison } from '../../../evaluation/comparison/report/write.ts'
import { sourcesOf } from '../../../evaluation/comparison/sources.ts'
import { folderStore } from '../../../evaluation/comparison/store.ts'
import { attributed, makeFolder } from '../../../records/files.ts'
import { type CommandHost, printJson, printLines } from '../../cli.ts'
import { COUNT, TEXT } from '../../config/readers.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, readFlag, separated } from '../../flags.ts'
import { painterOf } from '../../terminal/paint.ts'
import { progressBar } from '../../terminal/progress.ts'
import { type PlanFlags, planOf } from './plan.ts'
import { printedComparison } from './print.ts'
import { threadsFor } from './threads.ts'

interface CompareFlags extends PlanFlags {
  readonly quick?: boolean
  readonly workers?: number
  readonly out?: string
  readonly json?: boolean
}

/** What the flag has where it is not given. */
const defaults = (of: (preset: Omit<ComparisonPlan, 'methods'>) => number | readonly number[]): string =>
  `(default: ${of(PRESETS.quick)}; ${of(PRESETS.full)} with --full)`

/** Compares methods by the policies that they train. */
export function addCompare(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('compare')
    .description('train a policy by each of several methods from common starts, and compare what they learn')
    .option('--quick', 'the miniature shop over a long horizon, with exact values as a bound (the default)')
    .option('--full', 'the web shop with 1,000 products, ten seeds and more methods: hours')
    .option(
      '--methods <names>',
      `oracle, random-reward, untrained, variants such as hgpo-base, or estimators, comma separated (default: ${PRESETS.quick.methodNames.join(',')}; more with --full)`,
      separated,
    )
    .option(
      '--rates <numbers>',
      `learning rates that every method tries, comma separated ${defaults(({ rates }) => rates)}`,
      separated,
    )
    .addOption(
      readFlag('--seeds <n>', `paired seeds that are reported ${defaults(({ seeds }) => seeds.length)}`, COUNT),
    )
    .addOption(
      readFlag(
        '--trial-seeds <n>',
        `seeds on which rates are chosen, which are not reported ${defaults(({ trialSeeds }) => trialSeeds.length)}`,
        COUNT,
      ),
    )
    .addOption(readFlag('--budget <n>', `environment steps of a run ${defaults(({ budget }) => budget)}`, COUNT))
    .addOption(readFlag('--workers <n>', 'threads (default: the processors); figures do not depend on it', COUNT))
    .addOption(
      readFlag('--out <folder>', 'folder of the results; finished runs in it are kept (default: runs/compare)', TEXT),
    )
    .addOption(FLAGS.json())
    .addHelpText('after', exampleOf('stepgym compare --quick', 'stepgym compare --methods rloo,my-estimator --seeds 4'))
    .action(async (flags: CompareFlags) => {
      if (flags.quick && flags.full) throw new GymError('CONFIG_INVALID', 'give either --quick or --full')
      const out = flags.out ?? 'runs/compare'
      const plan = await planOf(flags, cli.folder)
      const folder = resolve(cli.folder, out)
      attributed('RECORD_FAILED', `${folder} cannot be made`, () => makeFolder(folder))
      const comparison = await cli.interruptible((signal) => compared(plan, flags, folder, signal))
      if (comparison === null) {
        printLines(cli.err, [`finished runs are kept in ${out}: the same command continues`])
        return exit(130)
      }
      writeComparison(folder, comparisonFiles(comparison, frameOf(flags, out)))
      if (flags.json) printJson(cli.out, comparison)
      else
        printLines(
          cli.out,
          printedComparison(comparison, join(out, 'comparison.md'), painterOf(cli.out, cli.variables)),
        )
    })

  /** Null where it was interrupted: what is finished is kept. */
  async function compared(plan: ComparisonPlan, { workers }: CompareFlags, folder: string, signal: AbortSignal) {
    const sources = await sourcesOf(plan, { userFolder: cli.folder })
    const store = folderStore(folder, plan, sources)
    const lanes = Math.min(workers ?? availableParallelism(), mostAtOnce(plan))
    const threads = threadsFor({ plan, userFolder: cli.folder }, lanes)
    const bar = progressBar(cli.err)
    try {
      const work = compare(plan, threads, store, (done, total, now) => bar.update(now, done, total))
      return await orInterrupted(work, signal)
    } finally {
      bar.clear()
      await threads.close()
    }
  }
}

function orInterrupted(work: Promise<Comparison>, signal: AbortSignal): Promise<Comparison | null> {
  work.catch(() => {})
  const interrupted = new Promise<null>((resolve) =>
    signal.addEventListener('abort', () => resolve(null), { once: true }),
  )
  return Promise.race([work, interrupted])
}

const GIBIBYTE = 2 ** 30

function frameOf(flags: CompareFlags, out: string): ReportFrame {
  const [processor] = cpus()
  const memory = `${Math.round(totalmem() / GIBIBYTE)} GiB`
  return {
    command: `npx stepgym compare ${flagTexts(flags).join(' ')} --out ${out}`,
    machine: `${cpus().length} x ${processor?.model.trim() ?? 'an unknown processor'}, ${memory}, Node.js ${process.version}`,
    date: new Date().toISOString().slice(0, 10),
    load: `load average ${(loadavg()[2] ?? 0).toFixed(1)} over the last 15 minutes`,
  }
}

function flagTexts({ full, methods, rates, seeds, trialSeeds, budget }: CompareFlags): readonly string[] {
  return [
    full ? '--full' : '--quick',
    ...(methods ? [`--methods ${methods.join(',')}`] : []),
    ...(rates ? [`--rates ${rates.join(',')}`] : []),
    ...(seeds === undefined ? [] : [`--seeds ${seeds}`]),
    ...(trialSeeds === undefined ? [] : [`--trial-seeds ${trialSeeds}`]),
    ...(budget === undefined ? [] : [`--budget ${budget}`]),
  ]
}
