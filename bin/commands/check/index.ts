import { Argument, type Command } from 'commander'
import type { CheckResult } from '../../../core/check/report.ts'
import { type Cli, type CommandHost, printJson, printLines } from '../../cli.ts'
import { CHOSEN } from '../../config/readers.ts'
import type { Chosen } from '../../config.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, readText, type SettingFlags, settingsOfFlags } from '../../flags.ts'
import { painterOf } from '../../terminal/paint.ts'
import { begin, type Check } from './begin.ts'
import { linesOf, verdictOf } from './print.ts'

interface CheckFlags extends SettingFlags {
  readonly json?: boolean
}

export function addCheck(program: Command, { cli, exit }: CommandHost): void {
  const subject = new Argument('<name>', 'environment, reward hook or agent: a name or the path of its module')
  program
    .command('check')
    .description('hold an environment, a reward hook or an agent to its contract, rule by rule')
    .addArgument(subject.argParser((text: string) => readText(CHOSEN, text)))
    .addOption(FLAGS.env())
    .addOption(FLAGS.set())
    .addOption(FLAGS.json())
    .addHelpText('after', exampleOf('stepgym check my-env', 'stepgym check ./rewards/hooks/my-hook.mjs --env webshop'))
    .action(async (chosen: Chosen, { json = false, ...flags }: CheckFlags) => {
      const check = await begin(chosen, settingsOfFlags(flags), cli)
      const results = await (json ? collected(check) : printed(check, cli))
      const isKept = results.every(({ status }) => status !== 'failed')
      if (json) printJson(cli.out, { subject: check.subject, kind: check.kind, where: check.where, isKept, results })
      exit(isKept ? 0 : 1)
    })
}

async function collected({ results }: Check): Promise<readonly CheckResult[]> {
  const all: CheckResult[] = []
  for await (const result of results) all.push(result)
  return all
}

/** Each rule as soon as it is checked. */
async function printed(
  { subject, kind, where, results }: Check,
  { out, variables }: Cli,
): Promise<readonly CheckResult[]> {
  const paint = painterOf(out, variables)
  printLines(out, [paint('bold', `${subject}: ${kind}${where === null ? '' : `, checked in ${where}`}`)])
  const all: CheckResult[] = []
  for await (const result of results) {
    all.push(result)
    printLines(out, linesOf(result, paint))
  }
  printLines(out, [verdictOf(all, paint)])
  return all
}
