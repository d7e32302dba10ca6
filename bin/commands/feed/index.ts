import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { GymError } from '../../../core/data/errors.ts'
import { type Cli, type CommandHost, printJson, printLines } from '../../cli.ts'
import { COUNT } from '../../config/readers.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, readFlag } from '../../flags.ts'
import { onOneLine } from '../../terminal/text-sink.ts'
import { formatFlag, formatFlags } from '../export/settings.ts'
import { busFlag } from '../serve/cluster.ts'
import { type ChosenFiles, chosenFiles, FedFiles, type FileFlags, filesFolder } from './files.ts'

interface FeedFlags extends FileFlags {
  readonly bus: string
  readonly env: string
  readonly shards?: number
  readonly out: string
  readonly json?: boolean
}

export function addFeed(program: Command, { cli, exit }: CommandHost): void {
  const command = program
    .command('feed')
    .addOption(busFlag().makeOptionMandatory())
    .addOption(FLAGS.env().makeOptionMandatory())
    .addOption(readFlag('--shards <n>', 'shards of all nodes together (default: 1)', COUNT))
    .addOption(FLAGS.out().makeOptionMandatory())
    .addOption(formatFlag())
    .addOption(
      readFlag('--groups-per-file <n>', 'groups, or episodes without one, that a file has (default: 16)', COUNT),
    )
  for (const flag of formatFlags()) command.addOption(flag)
  command
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf(
        'stepgym feed --bus nats://127.0.0.1:4222 --shards 2 --env webshop --out runs/fed',
        'stepgym feed --bus nats://127.0.0.1:4222 --env webshop --out runs/fed --format parquet --estimator grpo',
      ),
    )
    .action(async (flags: FeedFlags) => {
      await cli.interruptible((signal) => feed(flags, cli, signal))
      exit(0)
    })
}

/** Until the interrupt; then copies and files are complete as far as they are, and the next call continues them. */
async function feed(flags: FeedFlags, cli: Cli, signal: AbortSignal): Promise<void> {
  const { bus: address, env, shards = 1, out, json = false, ...files } = flags
  if (!/^[a-z0-9][a-z0-9-]*$/.test(env))
    throw new GymError('CONFIG_INVALID', '--env names an environment as its address does, as in tools-retail')
  const chosen = chosenFiles(files)
  const { natsBus } = await import('../../../server/shards/nats/bus.ts')
  const { copyFeed } = await import('../../../server/shards/copy.ts')
  const { shardNames } = await import('../../../server/shards/shard-of.ts')
  const bus = await natsBus(address, { onWait: (reason) => cli.err.write(`${onOneLine(`the bus: ${reason}`)}\n`) })
  const ended = new AbortController()
  const stopped = AbortSignal.any([signal, ended.signal])
  const copied = async (shard: string, folder: string): Promise<void> => {
    const written = chosen && new FedFiles(cli, folder, chosen)
    await copyFeed(bus.feed(shard, env), folder, stopped, (entry) => written?.add(entry))
    await written?.finish()
  }
  try {
    const copies = shardNames(shards).map((shard) => ({ shard, folder: join(resolve(cli.folder, out), shard, env) }))
    const copying = copies.map(({ shard, folder }) => copied(shard, folder))
    announce(
      cli,
      copies.map(({ folder }) => folder),
      { env, chosen, json },
    )
    await Promise.all(copying)
  } finally {
    ended.abort()
    await bus.close()
  }
}

interface Announced {
  readonly env: string
  readonly chosen: ChosenFiles | null
  readonly json: boolean
}

function announce(cli: Cli, folders: readonly string[], { env, chosen, json }: Announced): void {
  const files = chosen ? folders.map((folder) => filesFolder(folder, chosen)) : []
  const list = (paths: readonly string[]): readonly string[] => paths.map((path) => `  ${path}`)
  if (json) printJson(cli.out, { folders, files })
  else
    printLines(cli.out, [
      `copying ${env} to`,
      ...list(folders),
      ...(files.length > 0 ? ['and exporting it to', ...list(files)] : []),
      'Ctrl-C ends it',
    ])
}
