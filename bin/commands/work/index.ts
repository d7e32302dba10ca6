import type { Command } from 'commander'
import { GymError } from '../../../core/data/errors.ts'
import { closeHooks } from '../../../core/reward/open-hooks.ts'
import { type Cli, type CommandHost, interrupted, lateReporter, printJson, printLines } from '../../cli.ts'
import { readSettings } from '../../config.ts'
import { exampleOf } from '../../examples.ts'
import { chosenHooks, modelLines } from '../../find.ts'
import { FLAGS, type SettingFlags, settingsOfFlags } from '../../flags.ts'
import { onOneLine } from '../../terminal/text-sink.ts'
import { busFlag } from '../serve/cluster.ts'

interface WorkFlags extends Pick<SettingFlags, 'hook' | 'rewardModel' | 'device'> {
  readonly bus: string
  readonly json?: boolean
}

export function addWork(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('work')
    .addOption(busFlag().makeOptionMandatory())
    .addOption(FLAGS.hook())
    .addOption(FLAGS.rewardModel())
    .addOption(FLAGS.device())
    .addOption(FLAGS.json())
    .addHelpText('after', exampleOf('stepgym work --bus nats://127.0.0.1:4222 --hook confidence'))
    .action(async (flags: WorkFlags) => {
      await cli.interruptible((signal) => work(flags, cli, signal))
      exit(0)
    })
}

/** Until the interrupt: then it judges what it has, and takes no more. */
async function work({ bus: address, json = false, ...flags }: WorkFlags, cli: Cli, signal: AbortSignal): Promise<void> {
  const settings = await readSettings(cli, settingsOfFlags(flags))
  const hooks = await chosenHooks(cli.folder, settings)
  const named = hooks.process.map(({ name, version }) => `${name}@${version}`)
  if (named.length === 0)
    throw new GymError('CONFIG_INVALID', 'name a process hook that judges here with --hook: others judge in the server')
  const { natsBus } = await import('../../../server/shards/nats/bus.ts')
  const bus = await natsBus(address, { onWait: (reason) => cli.err.write(`${onOneLine(`the bus: ${reason}`)}\n`) })
  const works = await Promise.all(hooks.process.map((hook) => bus.scorers.work(hook)))
  if (json) printJson(cli.out, { hooks: named })
  else printLines(cli.out, [`judging by ${named.join(', ')}`, ...modelLines(hooks), 'Ctrl-C ends it after what it has'])
  await cli.guarded({ report: lateReporter(cli) }, () => interrupted(AbortSignal.any([signal, bus.lost])))
  const isLost = bus.lost.aborted
  await Promise.all(works.map((each) => each.close()))
  await bus.close()
  await closeHooks(hooks)
  if (isLost) bus.lost.throwIfAborted()
}
