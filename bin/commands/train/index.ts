import type { Command } from 'commander'
import { closeHooks } from '../../../core/reward/open-hooks.ts'
import { type CommandHost, lateReporter, printJson, printLines } from '../../cli.ts'
import { COUNT, POSITION, type Reader, TEXT } from '../../config/readers.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, flagOneOf, readFlag } from '../../flags.ts'
import { painterOf } from '../../terminal/paint.ts'
import type { TrainFlags } from './flags.ts'
import { prepareTraining, REWARD_MODELS } from './prepare.ts'
import { printedTraining } from './print.ts'
import { runTraining } from './run.ts'

const NUMBER: Reader<number> = {
  expects: 'a number',
  ofText: (text) => (text.trim() === '' ? undefined : Number(text)),
  ofValue: (value) => (typeof value === 'number' && !Number.isNaN(value) ? value : undefined),
}

/** Ten minutes: an environment of one's own may work long without a pause. */
const WATCHDOG_MS = 600_000

export function addTrain(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('train')
    .addOption(FLAGS.env())
    .addOption(FLAGS.set())
    .addOption(readFlag('--estimator <name>', 'where advantages come from: a name or a path (default: rloo)', TEXT))
    .addOption(FLAGS.options())
    .addOption(FLAGS.hook())
    .addOption(FLAGS.recipe())
    .addOption(
      flagOneOf(
        '--reward-model <method>',
        'model of process rewards that learns beside the policy (default: oprl or prime for estimators that read them)',
        REWARD_MODELS,
      ),
    )
    .addOption(FLAGS.seed())
    .addOption(readFlag('--iterations <n>', 'policy updates (default: 50)', COUNT))
    .addOption(readFlag('--groups <n>', 'groups of an iteration, one task each (default: 16)', COUNT))
    .addOption(readFlag('--group-size <n>', 'episodes of a group, from one start (default: 8)', COUNT))
    .addOption(readFlag('--learning-rate <x>', 'step size of Adam, above 0 (default: 0.01)', NUMBER))
    .addOption(
      readFlag(
        '--demonstrations <n>',
        'episodes of the environment’s own solver to imitate before training (default: 0)',
        POSITION,
      ),
    )
    .option('--training <key=value>', 'any other option of the training, such as clip=0.1; repeatable', repeated)
    .addOption(FLAGS.maxSteps())
    .addOption(readFlag('--split <name>', 'tasks to train on (default: the first split)', TEXT))
    .addOption(readFlag('--eval-split <name>', 'held-out tasks (default: the second split)', TEXT))
    .addOption(readFlag('--out <folder>', 'folder of checkpoints, curves and the policy: empty or new', TEXT))
    .option('--resume', 'continue from the checkpoint in the folder of --out')
    .option('--record', 'record every training episode as a run in the folder of --out')
    .option('--quick', 'a short training: 20 iterations, a smaller grid or web shop, 32 demonstrations in tools/retail')
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf(
        'stepgym train --env webshop --estimator gigpo --quick',
        'stepgym train --env webshop --estimator oprl --quick',
        'stepgym train --env grid --estimator evidence-closure --seed 3 --out runs/learnt',
        'stepgym train --env grid --estimator evidence-closure --seed 3 --out runs/learnt --resume',
        'stepgym train --env tools/retail --estimator gigpo --quick --seed 1',
        'stepgym rollout --env grid --agent policy:weights=runs/learnt/policy.safetensors',
      ),
    )
    .action(async ({ json = false, ...flags }: TrainFlags) => {
      const guard = { watchdogMs: WATCHDOG_MS, report: lateReporter(cli) }
      const report = await cli.guarded(guard, async () => {
        const prepared = await prepareTraining(cli, flags)
        try {
          return await cli.interruptible((signal) => runTraining(cli, prepared, signal))
        } finally {
          await closeHooks(prepared.setup.hooks)
        }
      })
      if (json) printJson(cli.out, report)
      else printLines(cli.out, printedTraining(report, painterOf(cli.out, cli.variables)))
      exit(report.isInterrupted ? 130 : 0)
    })
}

const repeated = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]
