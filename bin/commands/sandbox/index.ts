import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { trimmed } from '../../../core/protocol/fields.ts'
import { chooseBackend } from '../../../sandbox/backends.ts'
import { SandboxPool } from '../../../sandbox/pool.ts'
import { BACKEND_NAMES, type Backend, type BackendName } from '../../../sandbox/types.ts'
import type { DatasetSource } from '../../../server/protocols/fusion/datasets.ts'
import { type Cli, type CommandHost, interrupted, printJson, printLines } from '../../cli.ts'
import { COUNT, type Reader, TEXT } from '../../config/readers.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, flagOneOf, readFlag, readText } from '../../flags.ts'
import { PORT } from '../serve/index.ts'
import { tokensOf } from '../serve/prepare.ts'

interface SandboxFlags {
  readonly host?: string
  readonly port?: number
  readonly token?: readonly string[]
  readonly allowHost?: readonly string[]
  readonly backend?: BackendName | 'auto'
  readonly size?: number
  readonly waiting?: number
  readonly dataset?: readonly DatasetSource[]
  readonly runSeconds?: number
  readonly memoryMb?: number
  readonly json?: boolean
}

const DEFAULTS = { port: 8080, waiting: 4096, runSeconds: 300, memoryMb: 1024 }

const repeated = <T>(flags: string, description: string, reader: Reader<T>): Option =>
  new Option(flags, `${description}; repeatable`).argParser((text: string, before: readonly T[] = []) => [
    ...before,
    readText(reader, text),
  ])

/** `NAME=PATH`. */
const DATASET: Reader<DatasetSource> = {
  expects: 'NAME=PATH, as in humaneval_python=HumanEval.jsonl.gz',
  ofText: (text) => text,
  ofValue(value) {
    const [, name, path] = /^(\w+)=(.+)$/.exec(String(value)) ?? []
    return name !== undefined && path !== undefined ? { name, path } : undefined
  },
}

/** `TOKEN`, or `env:NAME` for it. */
const TOKEN: Reader<string> = {
  expects: 'TOKEN, of 8 to 256 letters, digits, and . _ ~ -, or env:NAME for it',
  ofText: (text) => text,
  ofValue: (value) => (/^(env:\w+|[\w.~-]{8,256})$/.test(String(value)) ? String(value) : undefined),
}

/** Commands of the sandbox by itself, without environments. */
export function addSandbox(program: Command, { cli, exit }: CommandHost): void {
  const group = program.command('sandbox')
  group
    .command('serve')
    .description('serve the HTTP API of SandboxFusion, as trainers call it: POST /run_code and its data sets')
    .addOption(
      readFlag('--host <name>', 'address to listen on; others than loopback need a token (default: 127.0.0.1)', TEXT),
    )
    .addOption(readFlag('--port <n>', `port, 0 for any that is free (default: ${DEFAULTS.port})`, PORT))
    .addOption(repeated('--token <token>', 'who may run programs: a token, or env:NAME', TOKEN))
    .addOption(repeated('--allow-host <name>', 'requests for this host name are answered, as behind a proxy', TEXT))
    .addOption(flagOneOf('--backend <name>', 'back end of the sandbox (default: auto)', ['auto', ...BACKEND_NAMES]))
    .addOption(readFlag('--size <n>', 'programs that run at once (default: the cores of the machine)', COUNT))
    .addOption(readFlag('--waiting <n>', `programs that may wait (default: ${DEFAULTS.waiting})`, COUNT))
    .addOption(
      repeated(
        '--dataset <name=path>',
        'data set to submit to: humaneval_python, mbpp or code_contests with its file, or any name with a folder of tasks',
        DATASET,
      ),
    )
    .addOption(
      readFlag('--run-seconds <n>', `seconds that a program may ask for (default: ${DEFAULTS.runSeconds})`, COUNT),
    )
    .addOption(
      readFlag(
        '--memory-mb <n>',
        `memory that a program may ask for, and has where it does not (default: ${DEFAULTS.memoryMb})`,
        COUNT,
      ),
    )
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf(
        'stepgym sandbox serve --port 8080',
        'stepgym sandbox serve --host 0.0.0.0 --token env:SANDBOX_TOKEN --dataset mbpp=mbpp.jsonl',
      ),
    )
    .action(async (flags: SandboxFlags) => {
      await cli.interruptible((signal) => serveSandbox(flags, cli, signal))
      exit(0)
    })
}

/** Until the interrupt. Loads the server late: no other command needs it. */
async function serveSandbox(flags: SandboxFlags, cli: Cli, signal: AbortSignal): Promise<void> {
  const { size, waiting = DEFAULTS.waiting, dataset = [], host, allowHost: hosts } = flags
  const { port = DEFAULTS.port, runSeconds = DEFAULTS.runSeconds, memoryMb = DEFAULTS.memoryMb } = flags
  const tokens = tokensOf(
    (flags.token ?? []).map((token) => ({ role: 'trainer' as const, token })),
    cli,
  )
  const { listenSandbox } = await import('../../../server/listen-sandbox.ts')
  const pool = new SandboxPool(await chooseBackend(flags.backend ?? 'auto'), trimmed({ size, waiting }))
  try {
    const datasets = dataset.map(({ name, path }) => ({ name, path: resolve(cli.folder, path) }))
    const server = await listenSandbox({
      ...{ pool, port, tokens, datasets, runSeconds, memoryMb },
      ...trimmed({ host, hosts }),
    })
    announce(server.url, pool, tokens.length > 0, flags, cli)
    await interrupted(signal)
    await server.close()
  } finally {
    await pool.close()
  }
}

function announce(url: string, { backend }: SandboxPool, hasToken: boolean, flags: SandboxFlags, cli: Cli): void {
  const { name, languages } = backend
  const datasets = (flags.dataset ?? []).map((each) => each.name)
  if (flags.json) printJson(cli.out, { url, backend: name, languages, datasets })
  else printLines(cli.out, linesOf(url, `${reachable(url)}${hasToken ? '/t/TOKEN' : ''}`, backend, datasets))
}

/** Address for clients; other machines cannot call the one that means all addresses. */
const reachable = (url: string): string => url.replace(/\/\/(0\.0\.0\.0|\[::\])/, '//HOST')

/** @param base address for clients that can set no header */
const linesOf = (url: string, base: string, { name, languages }: Backend, datasets: readonly string[]) => [
  `SandboxFusion's API on ${url}, by the back end ${name}: ${languages.join(', ')}`,
  ...(datasets.length > 0 ? [`data sets: ${datasets.join(', ')}`] : []),
  `verl:            reward.sandbox_fusion.url='${base}/run_code'`,
  `sandbox-fusion:  set_endpoint("${base}")`,
  '',
  'Ctrl-C stops the server',
]
