import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { Option } from 'commander'
import { GymError } from '../../../core/data/errors.ts'
import { fullMessageOf } from '../../../core/data/user-code.ts'
import { closeHooks } from '../../../core/reward/open-hooks.ts'
import type { Acknowledge } from '../../../server/shards/feed.ts'
import type { GymNode } from '../../../server/shards/node.ts'
import { type Cli, interrupted, lateReporter, printJson, printLines } from '../../cli.ts'
import { COUNT, type Reader, TEXT } from '../../config/readers.ts'
import { readFlag } from '../../flags.ts'
import { onOneLine } from '../../terminal/text-sink.ts'
import { nameOf, type PreparedServer, type ServeChoice } from './prepare.ts'

/** Flags of a server that is one node of several. */
export interface ClusterFlags {
  readonly bus?: string
  readonly shards?: number
  readonly acknowledge?: Acknowledge
  readonly node?: string
  readonly advertise?: string
}

export const clusterFlags = (): readonly Option[] => [
  busFlag(),
  readFlag('--shards <n>', 'shards of all nodes together, the same number at each (default: 1)', COUNT),
  readFlag(
    '--acknowledge <how>',
    'a step is answered once it is on this disk: local (the default); or in the feed, too',
    ACKNOWLEDGE,
  ),
  readFlag('--node <name>', 'name of this node, the same after a restart (default: of this machine and port)', TEXT),
  readFlag('--advertise <url>', 'address that clients reach this node at (default: the one that it listens on)', TEXT),
]

export const busFlag = (): Option =>
  readFlag(
    '--bus <url>',
    'message bus that nodes share: nats://HOST:PORT, or with /NAME for one cluster of several',
    TEXT,
  )

/**
 * Whether the flags ask for a node.
 * @throws GymError CONFIG_INVALID for flags of a node without a bus, or a bus without records
 */
export function isNode(flags: ClusterFlags, { record }: Pick<ServeChoice, 'record'>): boolean {
  const { bus, shards, acknowledge, node, advertise } = flags
  const others = { shards, acknowledge, node, advertise }
  const [stray] = Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  if (bus === undefined && stray !== undefined)
    throw new GymError(
      'CONFIG_INVALID',
      `--${stray} is for several nodes: name what they share with --bus nats://HOST:PORT`,
    )
  if (bus !== undefined && record === null)
    throw new GymError('CONFIG_INVALID', '--bus needs --record FOLDER: what a node serves comes from its records')
  return bus !== undefined
}

interface ServedNodeFlags extends ClusterFlags {
  /** Milliseconds that code may take; 0 for any number. */
  readonly watchdog: number
  readonly json?: boolean
}

/** One node of several, until the interrupt. @throws GymError as `startNode`; BUS_UNAVAILABLE where the bus is gone for good */
export async function serveNode(
  flags: ServedNodeFlags,
  prepared: PreparedServer,
  choice: ServeChoice,
  cli: Cli,
  signal: AbortSignal,
): Promise<void> {
  const log = (line: string): unknown => cli.err.write(`${onOneLine(line)}\n`)
  const started = await startNode(flags, prepared, choice, { folder: cli.folder, log })
  const { url } = started.node
  if (flags.json)
    printJson(cli.out, { url, shards: flags.shards ?? 1, environments: prepared.environments.map(nameOf) })
  else printLines(cli.out, printedNode(url, flags, prepared))
  const report = lateReporter(cli)
  await cli.guarded({ watchdogMs: flags.watchdog, report }, async () => {
    await interrupted(AbortSignal.any([signal, started.lost]))
    const isLost = started.lost.aborted
    await started.close()
    await closeHooks(prepared.hooks)
    if (isLost) started.lost.throwIfAborted()
  })
}

/** A node that serves, and its end, which hands its shards over. */
interface StartedNode {
  readonly node: GymNode
  /** Aborted with the reason, where the bus is gone for good. */
  readonly lost: AbortSignal
  close(): Promise<void>
}

/** @throws GymError BUS_UNAVAILABLE, CONFIG_INVALID, ADDRESS_TAKEN */
async function startNode(
  flags: ClusterFlags,
  { settings, storeIn }: PreparedServer,
  choice: ServeChoice,
  { folder, log }: { readonly folder: string; readonly log: (line: string) => void },
): Promise<StartedNode> {
  const { bus: address = '', shards = 1, acknowledge = 'local', advertise } = flags
  const { natsBus } = await import('../../../server/shards/nats/bus.ts')
  const { serveShards } = await import('../../../server/shards/node.ts')
  const { port = 0 } = settings
  const bus = await natsBus(address, { onWait: (reason) => log(`the bus: ${reason}`) })
  const name = flags.node ?? `${hostname().replaceAll(/[^A-Za-z0-9-]/g, '-')}-${port}`
  const failed = (doing: string, error: unknown): void => log(`while ${doing}: ${fullMessageOf(error)}`)
  const named = {
    node: name,
    folder: resolve(folder, choice.record ?? '.'),
    ...(advertise && { advertised: advertise }),
  }
  try {
    const node = await serveShards({ bus, shards, acknowledge, storeIn, server: settings, port, failed, ...named })
    const close = async (): Promise<void> => {
      await node.close()
      await bus.close()
    }
    return { node, close, lost: bus.lost }
  } catch (thrown) {
    await bus.close()
    throw thrown
  }
}

/** What a node serves, and how clients find it. */
const printedNode = (
  url: string,
  { shards = 1, acknowledge = 'local' }: ClusterFlags,
  prepared: PreparedServer,
): readonly string[] => [
  `a node on ${url}, of ${shards === 1 ? 'one shard' : `${shards} shards`}; where they are: ${url}/shards`,
  ...prepared.environments.map(
    (environment) => `connect(['${url}/${nameOf(environment)}', ...])  ${environment.summary ?? ''}`,
  ),
  acknowledge === 'feed'
    ? 'steps are answered once they are in the feed'
    : 'steps are answered once they are on this disk',
  ...(prepared.hooks.process.length === 0
    ? []
    : [
        `judged elsewhere: stepgym work --bus URL --hook ${prepared.hooks.process.map(({ name }) => name).join(' --hook ')}`,
      ]),
  'Ctrl-C hands the shards over to other nodes',
]

const ACKNOWLEDGE: Reader<Acknowledge> = {
  expects: 'local or feed',
  ofText: (text) => text,
  ofValue: (value) => (value === 'local' || value === 'feed' ? value : undefined),
}
