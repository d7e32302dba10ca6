import { Command } from 'commander'
import { stepgymVersion } from '../records/version.ts'
import type { LateFailure } from '../server/late-failures.ts'
import { type Cli, type CommandHost, type ExitCode, lateReporter } from './cli.ts'
import { reportFailure } from './failure.ts'
import { escapingSink } from './terminal/text-sink.ts'

/** Runs one command line. Never throws: what goes wrong is printed and becomes the exit code. */
export async function stepgym(args: readonly string[], given: Cli): Promise<ExitCode> {
  const cli = { ...given, out: escapingSink(given.out), err: escapingSink(given.err) }
  let exitCode: ExitCode = 0
  let hasFailedLate = false
  const exit = (code: ExitCode): void => {
    exitCode = hasFailedLate && code === 0 ? 1 : code
  }
  // Commands that run user code for long have a guard of their own within this one.
  const report = (failure: LateFailure): void => {
    lateReporter(cli)(failure)
    hasFailedLate = true
    exit(exitCode)
  }
  try {
    const program = await programOf(args, { cli, exit })
    await cli.guarded({ report, tracksOwners: false }, () => program.parseAsync([...args], { from: 'user' }))
    return exitCode
  } catch (thrown) {
    return reportFailure(thrown, cli, args.includes('--json'))
  }
}

type Adder = (program: Command, host: CommandHost) => void

interface CommandEntry {
  /** As help says it. */
  readonly summary: string
  readonly load: () => Promise<Adder>
}

/** Commands in the order in which help lists them. Each is loaded only if it is called: together they are 400 modules. */
const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  demo: {
    summary:
      'see it work: two agents in the web shop over WebSockets, then tool calls; rewards for every step, all recorded',
    load: async () => (await import('./commands/demo/index.ts')).addDemo,
  },
  rollout: {
    summary: 'let an agent act in groups of episodes, with reward hooks attached, and record the run',
    load: async () => (await import('./commands/rollout/index.ts')).addRollout,
  },
  search: {
    summary: 'search for good episodes by trees of forks, beside best of n with as many environment steps',
    load: async () => (await import('./commands/search/index.ts')).addSearch,
  },
  play: {
    summary: 'play one episode by hand: observations, numbered actions, every reward',
    load: async () => (await import('./commands/play/index.ts')).addPlay,
  },
  serve: {
    summary:
      'serve environments over WebSockets and HTTP, to clients of OpenEnv, MCP, the Open Reward Standard and our own',
    load: async () => (await import('./commands/serve/index.ts')).addServe,
  },
  work: {
    summary: 'judge steps for servers that share a message bus: process hooks, here instead of there',
    load: async () => (await import('./commands/work/index.ts')).addWork,
  },
  feed: {
    summary: 'keep a copy of the records of servers that share a message bus, as it happens',
    load: async () => (await import('./commands/feed/index.ts')).addFeed,
  },
  sandbox: {
    summary: 'the sandbox by itself, without environments',
    load: async () => (await import('./commands/sandbox/index.ts')).addSandbox,
  },
  replay: {
    summary: 'play a recorded run again and compare everything that was recorded',
    load: async () => (await import('./commands/replay.ts')).addReplay,
  },
  rescore: {
    summary: "judge a recorded run with other reward hooks, and write a new run; the environment's rewards are kept",
    load: async () => (await import('./commands/rescore.ts')).addRescore,
  },
  show: {
    summary: 'show a recorded run: its groups and episodes, or every step of one episode',
    load: async () => (await import('./commands/show/index.ts')).addShow,
  },
  monitor: {
    summary: 'look for what keeps a policy from learning in a recorded run: figures with thresholds, and what to do',
    load: async () => (await import('./commands/monitor/index.ts')).addMonitor,
  },
  view: {
    summary: 'look at recorded runs in a browser: every step, what it was worth, and what each estimator says of it',
    load: async () => (await import('./commands/view/index.ts')).addView,
  },
  credit: {
    summary: 'assign credit to every step of a recorded run, or of a batch file, and compare estimators',
    load: async () => (await import('./commands/credit/index.ts')).addCredit,
  },
  export: {
    summary:
      'write a recorded run as a file for trainers and other tools: Parquet, verl, chat, SFT, DPO, PRM, ATIF, ShareGPT',
    load: async () => (await import('./commands/export/index.ts')).addExport,
  },
  import: {
    summary:
      'record conversations of other tools (chat, ATIF, ShareGPT) as a run, so that hooks can judge them and credit be assigned',
    load: async () => (await import('./commands/import/index.ts')).addImport,
  },
  train: {
    summary:
      'train a small policy on an environment that lists its actions, by any estimator; with curves and checkpoints',
    load: async () => (await import('./commands/train/index.ts')).addTrain,
  },
  fit: {
    summary: 'learn from a recorded run what each step contributed to the outcome: a model for --reward-model',
    load: async () => (await import('./commands/fit/index.ts')).addFit,
  },
  eval: {
    summary: 'compare credit with the truth: exactly if a world can be solved',
    load: async () => (await import('./commands/eval/index.ts')).addEval,
  },
  compare: {
    summary: 'train a policy by each of several methods, and compare what they learn',
    load: async () => (await import('./commands/compare/index.ts')).addCompare,
  },
  tasks: {
    summary: 'list the tasks of an environment: their ids and what agents may know of them',
    load: async () => (await import('./commands/tasks.ts')).addTasks,
  },
  list: {
    summary: 'list what is registered, of the package and of the working folder: name, version, summary',
    load: async () => (await import('./commands/list.ts')).addList,
  },
  check: {
    summary: 'hold an environment, a reward hook, an agent or an estimator to its contract, rule by rule',
    load: async () => (await import('./commands/check/index.ts')).addCheck,
  },
  new: {
    summary:
      'write a small environment, domain of tool calls, reward hook, agent or estimator that works, to change into your own',
    load: async () => (await import('./commands/new/index.ts')).addNew,
  },
  verify: {
    summary: 'run recorded answers of reference implementations against this one, record by record',
    load: async () => (await import('./commands/verify/index.ts')).addVerify,
  },
  doctor: {
    summary: 'check that everything that stepgym needs is present, and say what to do if it is not',
    load: async () => (await import('./commands/doctor/index.ts')).addDoctor,
  },
}

const ABOUT = `Environments for LLM agents, with rewards for every step.

Settings come from stepgym.config.{mjs,js,json,ts}, over it from environment
variables (STEPGYM_ENV, STEPGYM_SEED and so on), over them from flags.`

async function programOf(args: readonly string[], host: CommandHost): Promise<Command> {
  const { out, err } = host.cli
  const program = new Command('stepgym')
    .description(ABOUT)
    .version(stepgymVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => out.write(text),
      writeErr: (text) => err.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .hook('preAction', async () => (await import('./recorded.ts')).expectNoModulesOfRun(host.cli.folder))
    .showHelpAfterError('(see stepgym --help)')
  const called = calledBy(args)
  const entry = Object.hasOwn(COMMANDS, called) ? COMMANDS[called] : undefined
  if (entry) await addCommand(program, host, entry)
  else for (const [name, { summary }] of Object.entries(COMMANDS)) program.command(name).description(summary)
  return program
}

async function addCommand(program: Command, host: CommandHost, { summary, load }: CommandEntry): Promise<void> {
  const add = await load()
  add(program, host)
  program.commands[0]?.description(summary)
  for (const command of program.commands) pointToHelp(command, 'stepgym')
}

/** Wrong flags of a command, or of one within it, are answered with the command that shows the right ones. */
function pointToHelp(command: Command, parent: string): void {
  const name = `${parent} ${command.name()}`
  command.showHelpAfterError(`(see ${name} --help)`)
  for (const inner of command.commands) pointToHelp(inner, name)
}

/** `help serve` shows the same as `serve --help`, and `-- serve` is `serve`. */
const calledBy = ([first = '', second = '']: readonly string[]): string =>
  first === 'help' || first === '--' ? second : first
