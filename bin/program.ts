import { Command } from 'commander'
import { stepgymVersion } from '../records/version.ts'
import type { Cli, CommandHost, ExitCode } from './cli.ts'
import { addCheck } from './commands/check/index.ts'
import { addCredit } from './commands/credit/index.ts'
import { addDemo } from './commands/demo/index.ts'
import { addDoctor } from './commands/doctor/index.ts'
import { addEval } from './commands/eval/index.ts'
import { addList } from './commands/list.ts'
import { addNew } from './commands/new/index.ts'
import { addPlay } from './commands/play/index.ts'
import { addReplay } from './commands/replay.ts'
import { addRescore } from './commands/rescore.ts'
import { addRollout } from './commands/rollout/index.ts'
import { addServe } from './commands/serve/index.ts'
import { addShow } from './commands/show/index.ts'
import { addTasks } from './commands/tasks.ts'
import { addVerify } from './commands/verify/index.ts'
import { reportFailure } from './failure.ts'
import { expectNoModulesOfRun } from './recorded.ts'
import { escapingSink } from './terminal/text-sink.ts'

/** Runs one command line. Never throws: what goes wrong is printed and becomes the exit code. */
export async function stepgym(args: readonly string[], given: Cli): Promise<ExitCode> {
  const cli = { ...given, out: escapingSink(given.out), err: escapingSink(given.err) }
  let exitCode: ExitCode = 0
  const exit = (code: ExitCode): void => {
    exitCode = code
  }
  try {
    await programOf({ cli, exit }).parseAsync([...args], { from: 'user' })
    return exitCode
  } catch (thrown) {
    return reportFailure(thrown, cli, args.includes('--json'))
  }
}

const ABOUT = `Environments for LLM agents, with rewards for every step.

Settings come from stepgym.config.{mjs,js,json,ts}, over it from environment
variables (STEPGYM_ENV, STEPGYM_SEED and so on), over them from flags.`

function programOf(host: CommandHost): Command {
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
    .hook('preAction', () => expectNoModulesOfRun(host.cli.folder))
    .showHelpAfterError('(see stepgym COMMAND --help)')
  const adders = [
    addDemo,
    addRollout,
    addPlay,
    addServe,
    addReplay,
    addRescore,
    addShow,
    addCredit,
    addEval,
    addTasks,
    addList,
    addCheck,
    addNew,
    addVerify,
    addDoctor,
  ]
  for (const add of adders) add(program, host)
  return program
}
