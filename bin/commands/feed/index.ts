import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { GymError } from '../../../core/data/errors.ts'
import { type Cli, type CommandHost, printJson, printLines } from '../../cli.ts'
import { COUNT } from '../../config/readers.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, readFlag } from '../../flags.ts'
import { busFlag } from '../serve/cluster.ts'

interface FeedFlags {
  readonly bus: string
  readonly env: string
  readonly shards?: number
  readonly out: string
  readonly json?: boolean
}

export function addFeed(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('feed')
    .addOption(busFlag().makeOptionMandatory())
    .addOption(FLAGS.env().makeOptionMandatory())
    .addOption(readFlag('--shards <n>', 'shards of all nodes together (default: 1)', COUNT))
    .addOption(FLAGS.out().makeOptionMandatory())
    .addOption(FLAGS.json())
    .addHelpText('after', exampleOf('stepgym feed --bus nats://127.0.0.1:4222 --shards 2 --env webshop --out runs/fed'))
    .action(async (flags: FeedFlags) => {
      await cli.interruptible((signal) => feed(flags, cli, signal))
      exit(0)
    })
}

/** Until the interrupt; then the copies are complete as far as they are, and the next call continues them. */
async function feed({ bus: address, env, shards = 1, out, json = false }: FeedFlags, cli: Cli, signal: AbortSignal) {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(env))
    throw new GymError('CONFIG_INVALID', '--env names an environment as its address does, as in tools-retail')
  const { natsBus } = await import('../../../server/shards/nats/bus.ts')
  const { copyFeed } = await import('../../../server/shards/copy.ts')
  const { shardNames } = await import('../../../server/shards/shard-of.ts')
  const bus = await natsBus(address)
  const ended = new AbortController()
  const stopped = AbortSignal.any([signal, ended.signal])
  const copies = shardNames(shards).map((shard) => ({ shard, folder: join(resolve(cli.folder, out), shard, env) }))
  try {
    const copying = copies.map(({ shard, folder }) => copyFeed(bus.feed(shard, env), folder, stopped))
    const folders = copies.map(({ folder }) => folder)
    if (json) printJson(cli.out, { folders })
    else printLines(cli.out, [`copying ${env} to`, ...folders.map((each) => `  ${each}`), 'Ctrl-C ends it'])
    await Promise.all(copying)
  } finally {
    ended.abort()
    await bus.close()
  }
}
