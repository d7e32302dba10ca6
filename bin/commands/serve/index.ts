import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { GymError, messageOf } from '../../../core/data/errors.ts'
import { fullMessageOf, onFailure, UserCodeError } from '../../../core/data/user-code.ts'
import { trimmed } from '../../../core/protocol/fields.ts'
import { closeHooks } from '../../../core/reward/open-hooks.ts'
import type { LateFailure } from '../../../server/late-failures.ts'
import type { Limits } from '../../../server/limits.ts'
import type { GymServer } from '../../../server/listen.ts'
import type { PagesOf } from '../../../server/pages.ts'
import type { Unfinished } from '../../../server/protocols/openenv/player.ts'
import { ROLES, type Role, type Token } from '../../../server/roles.ts'
import type { Membership } from '../../../server/workers/index.ts'
import { type Cli, type CommandHost, interrupted, printJson, printLines } from '../../cli.ts'
import { COUNT, POSITION, type Reader, TEXT } from '../../config/readers.ts'
import { readSettings, type Settings } from '../../config.ts'
import { exampleOf } from '../../examples.ts'
import { modelLines } from '../../find.ts'
import { FLAGS, readFlag, readText, type SettingFlags, settingsOfFlags } from '../../flags.ts'
import { painterOf } from '../../terminal/paint.ts'
import { onOneLine } from '../../terminal/text-sink.ts'
import { type ClusterFlags, clusterFlags, isNode, serveNode } from './cluster.ts'
import {
  nameOf,
  type PreparedServer,
  prepareServer,
  type ServeChoice,
  seedKeyOf,
  type TokenSource,
  tokensOf,
} from './prepare.ts'
import { type AnnouncedChoice, printedServer } from './print.ts'
import { serveByWorkers, type WorkerTask, workerFolder, workerTask } from './workers.ts'

interface ServeFlags
  extends Pick<SettingFlags, 'set' | 'hook' | 'fsync' | 'mcpServers' | 'environmentServers' | 'rewardModel' | 'device'>,
    ClusterFlags {
  readonly env?: readonly string[]
  readonly host?: string
  readonly port?: number
  readonly token?: readonly TokenSource[]
  readonly origin?: readonly string[]
  readonly allowHost?: readonly string[]
  readonly agentSplit?: readonly string[]
  readonly seedKey?: string
  readonly unfinished?: Unfinished
  readonly default?: string
  readonly record?: string
  readonly limit?: Partial<Limits>
  readonly workers?: number
  readonly watchdog?: number
  readonly untilInputEnds?: boolean
  readonly json?: boolean
}

const DEFAULT_PORT = 8000

/** Above the 55 s that a step may take. */
const WATCHDOG_MS = 60_000

const repeatable = (flags: string, description: string): Option =>
  new Option(flags, `${description}; repeatable`).argParser((text: string, before: readonly string[] = []) => [
    ...before,
    readText(TEXT, text),
  ])

const tokenFlag = (): Option =>
  new Option(
    '--token <[role=]token>',
    'who may connect: agent=..., trainer=... (the default) or observer=..., each a token or env:NAME; repeatable',
  ).argParser((text: string, before: readonly TokenSource[] = []) => [...before, readText(TOKEN, text)])

const limitFlag = (): Option =>
  new Option('--limit <name=number>', 'a limit of docs/wire.md, as in sessions=100; repeatable').argParser(
    (text: string, before: Partial<Limits> = {}) => ({ ...before, ...readText(LIMIT, text) }),
  )

export function addServe(program: Command, { cli, exit }: CommandHost): void {
  const command = program.command('serve')
  for (const flag of clusterFlags()) command.addOption(flag)
  command
    .addOption(repeatable('--env <name>', 'environment: a name, name@version, or the path of a module (default: all)'))
    .addOption(FLAGS.set())
    .addOption(FLAGS.mcpServers())
    .addOption(FLAGS.environmentServers())
    .addOption(FLAGS.hook())
    .addOption(FLAGS.rewardModel())
    .addOption(FLAGS.device())
    .addOption(
      readFlag('--host <name>', 'address to listen on; others than loopback need tokens (default: 127.0.0.1)', TEXT),
    )
    .addOption(readFlag('--port <n>', `port to listen on, 0 for any that is free (default: ${DEFAULT_PORT})`, PORT))
    .addOption(tokenFlag())
    .addOption(repeatable('--origin <url>', 'web pages of this origin may connect'))
    .addOption(repeatable('--allow-host <name>', 'requests for this host name are answered, as behind a proxy'))
    .addOption(repeatable('--agent-split <name>', 'agents may play and list tasks of this split (default: the first)'))
    .addOption(
      readFlag('--seed-key <source>', 'file, or env:NAME, with a secret that derives the seeds of agents', TEXT),
    )
    .addOption(
      readFlag('--unfinished <ending>', 'a reset before the end means: aborted (the default) or truncated', UNFINISHED),
    )
    .addOption(readFlag('--default <name>', 'environment of addresses that name none', TEXT))
    .addOption(
      readFlag('--record <folder>', 'where each environment records its run; an existing one is continued', TEXT),
    )
    .addOption(FLAGS.fsync())
    .addOption(limitFlag())
    .addOption(readFlag('--workers <n>', 'server processes that share the address (default: 1)', COUNT))
    .addOption(
      readFlag(
        '--watchdog <ms>',
        `end the process if code never returns, and print where it was running; 0 for never (default: ${WATCHDOG_MS})`,
        POSITION,
      ),
    )
    .addOption(
      new Option(
        '--until-input-ends',
        'stop where standard input ends: with the program that starts the server, however that one ends',
      ),
    )
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf(
        'stepgym serve --env webshop --hook success --record runs/served',
        'stepgym serve --host 0.0.0.0 --token agent=env:AGENT_TOKEN --token trainer=env:TRAINER_TOKEN',
        'stepgym serve --allow-host gym.example.org',
        'stepgym serve --bus nats://127.0.0.1:4222 --shards 2 --env webshop --record runs/node-1',
      ),
    )
    .action(async (flags: ServeFlags) => {
      await cli.interruptible((signal) => serve(flags, cli, endOf(flags, cli, signal)))
      exit(0)
    })
}

/** The interrupt, or the end of the input where that is to stop the server. Workers end with the process that has them. */
function endOf({ untilInputEnds = false }: ServeFlags, cli: Cli, signal: AbortSignal): AbortSignal {
  if (!untilInputEnds || workerTask(cli) !== null) return signal
  const controller = new AbortController()
  void inputEnds(cli, signal).then(() => controller.abort())
  return AbortSignal.any([signal, controller.signal])
}

async function inputEnds(cli: Cli, signal: AbortSignal): Promise<void> {
  for await (const _ of cli.lines(signal));
}

/** Until the interrupt, which is how a server ends. Loads the server late: no other command needs its packages. */
async function serve(flags: ServeFlags, cli: Cli, signal: AbortSignal): Promise<void> {
  const { set, hook, fsync, mcpServers, environmentServers, rewardModel, device } = flags
  const given = trimmed({ set, hook, fsync, mcpServers, environmentServers, rewardModel, device })
  const settings = await readSettings(cli, settingsOfFlags(given))
  const choice = choiceOf(flags, tokensOf(flags.token ?? [], cli), seedKeyOf(flags.seedKey, cli))
  const { workers = 1 } = flags
  const task = workerTask(cli)
  if (workers > 1 && flags.bus !== undefined)
    throw new GymError('CONFIG_INVALID', 'a node of a bus is one process: start one for each core, without --workers')
  if (task === null && workers > 1) await serveByWorkers(workers, choice, cli, signal)
  else await serveHere({ flags, settings, choice, task }, cli, signal)
}

interface Serving {
  readonly flags: ServeFlags
  readonly settings: Settings
  /** As the command line has it. */
  readonly choice: ServeChoice
  /** Null where this is the only server process. */
  readonly task: WorkerTask | null
}

/** Serves by this process. */
async function serveHere(
  { flags, settings, choice: given, task }: Serving,
  cli: Cli,
  signal: AbortSignal,
): Promise<void> {
  const choice = task === null ? given : choiceOfWorker(given, task)
  const isOneOfSeveral = isNode(flags, choice)
  const prepared = await prepareServer(cli.folder, settings, choice, isOneOfSeveral)
  if (isOneOfSeveral)
    return serveNode({ ...flags, watchdog: flags.watchdog ?? WATCHDOG_MS }, prepared, choice, cli, signal)
  const { listen } = await import('../../../server/listen.ts')
  const membership = task && (await membershipOf(task))
  const pagesOf = (task?.index ?? 0) === 0 ? await viewerIn(cli.folder, given) : null
  const place = membership && { place: membership.place }
  const server = await listen({ ...prepared.settings, ...place, ...(pagesOf && { pagesOf }) })
  const log = (line: string): unknown => cli.err.write(`${onOneLine(line)}\n`)
  server.host.listen({ failed: ({ doing, error }) => void log(`while ${doing}: ${fullMessageOf(error)}`) })
  await expectOpen(server, prepared)
  const unlisten = onFailure((error) => void log(`${error.code}: ${fullMessageOf(error)}`))
  membership?.serve(server)
  const announced = { ...given, hasViewer: pagesOf !== null }
  const say = (): void => announce({ url: task?.url ?? server.url }, prepared, announced, cli, flags.json ?? false)
  if (membership) void membership.opened.then(say)
  else say()
  await cli.guarded({ watchdogMs: flags.watchdog ?? WATCHDOG_MS, report: lateIn(server) }, async () => {
    await interrupted(membership ? AbortSignal.any([signal, membership.orphaned]) : signal)
    await server.close('the server was interrupted')
    await closeHooks(prepared.hooks)
  })
  unlisten()
}

/** On an address of its own, and with records of its own. */
const choiceOfWorker = (choice: ServeChoice, { index }: WorkerTask): ServeChoice => ({
  ...choice,
  ...{ host: '127.0.0.1', port: 0, record: choice.record === null ? null : workerFolder(choice.record, index) },
})

async function membershipOf(task: WorkerTask): Promise<Membership> {
  const { Membership } = await import('../../../server/workers/index.ts')
  return new Membership(process, task)
}

/** The viewer of what the server records and plays; null in a checkout that has not been built. */
async function viewerIn(userFolder: string, { record }: ServeChoice): Promise<PagesOf | null> {
  const { arePagesBuilt } = await import('../../../viewer/http/app-files.ts')
  if (!arePagesBuilt()) return null
  const { viewerPages } = await import('../../../viewer/mount.ts')
  return viewerPages({ userFolder, folders: record === null ? [] : [resolve(userFolder, record)] })
}

/**
 * Opens the environments that were asked for by name, so that one without its data is reported at the start, not at the
 * first request.
 * @throws GymError as opening them does
 */
async function expectOpen(server: GymServer, { opened }: PreparedServer): Promise<void> {
  try {
    for (const name of opened) await expectOpenEnvironment(server, name)
  } catch (thrown) {
    await server.close('an environment could not be opened')
    throw thrown
  }
}

async function expectOpenEnvironment({ host }: GymServer, name: string): Promise<void> {
  try {
    await host.environmentHost(name)
  } catch (thrown) {
    const cause = thrown instanceof UserCodeError ? thrown.cause : thrown
    if (!(thrown instanceof GymError)) throw thrown
    const advice = 'set its options with --set, or serve other environments with --env'
    throw new GymError(thrown.code, `${name} cannot be opened: ${messageOf(cause)}; ${advice}`, { cause })
  }
}

/** Late failures are logged and counted with all that no client waits for. */
const lateIn =
  ({ host }: GymServer) =>
  ({ owner, error }: LateFailure): void =>
    host.events.emit('failed', { doing: `asynchronous work of ${owner ?? 'unknown code'}`, error })

const choiceOf = (flags: ServeFlags, tokens: readonly Token[], seedKey: string | undefined): ServeChoice => ({
  seedKey,
  tokens,
  environments: flags.env ?? [],
  host: flags.host ?? '127.0.0.1',
  port: flags.port ?? DEFAULT_PORT,
  origins: flags.origin ?? [],
  hosts: flags.allowHost,
  agentSplits: flags.agentSplit,
  unfinished: flags.unfinished ?? 'aborted',
  defaultName: flags.default,
  record: flags.record ?? null,
  limits: flags.limit ?? {},
})

function announce(
  { url }: Pick<GymServer, 'url'>,
  { environments, hooks }: PreparedServer,
  choice: AnnouncedChoice,
  cli: Cli,
  asJson: boolean,
): void {
  const served = environments.map((environment) => {
    const address = `${url}/${nameOf(environment)}`
    return { id: environment.id, url: address, ...(environment.site && { site: address }) }
  })
  const viewer = choice.hasViewer ? `${url}/` : null
  if (asJson)
    printJson(cli.out, { url, environments: served, record: choice.record, viewer, models: modelLines(hooks) })
  else
    printLines(
      cli.out,
      printedServer(url, environments, { ...choice, models: modelLines(hooks) }, painterOf(cli.out, cli.variables)),
    )
}

export const PORT: Reader<number> = {
  expects: 'a port from 0 to 65535; 0 is any that is free',
  ofText: (text) => (/^\d{1,5}$/.test(text) ? Number(text) : undefined),
  ofValue: (value) => (typeof value === 'number' && value >= 0 && value <= 65_535 ? value : undefined),
}

const UNFINISHED: Reader<Unfinished> = {
  expects: 'aborted or truncated',
  ofText: (text) => text,
  ofValue: (value) => (value === 'aborted' || value === 'truncated' ? value : undefined),
}

/** `NAME=NUMBER`. */
const LIMIT: Reader<Partial<Limits>> = {
  expects: 'NAME=NUMBER, with a whole number from 1',
  ofText: (text) => text,
  ofValue(value) {
    const [, name, digits] = /^(\w+)=([1-9]\d{0,14})$/.exec(String(value)) ?? []
    return name === undefined ? undefined : { [name]: Number(digits) }
  },
}

/** `TOKEN` for a trainer, or `ROLE=TOKEN`; each may be `env:NAME`. */
const TOKEN: Reader<TokenSource> = {
  expects:
    'TOKEN, agent=TOKEN, trainer=TOKEN or observer=TOKEN, of 8 to 256 letters, digits, and . _ ~ -, or env:NAME for it',
  ofText: (text) => text,
  ofValue(value) {
    const [, named = 'trainer', token] = /^(?:([a-z]+)=)?(env:\w+|[\w.~-]{8,256})$/.exec(String(value)) ?? []
    const role = ROLES.find((each: Role) => each === named)
    return role !== undefined && token !== undefined ? { role, token } : undefined
  },
}
