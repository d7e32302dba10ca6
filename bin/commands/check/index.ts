import { Argument, type Command, InvalidArgumentError, Option } from 'commander'
import type { CheckResult } from '../../../core/check/report.ts'
import { type CommandHost, printJson } from '../../cli.ts'
import { CHOSEN } from '../../config/readers.ts'
import type { Chosen } from '../../config.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, readText, type SettingFlags, settingsOfFlags } from '../../flags.ts'
import type { Subject } from './begin.ts'
import { type CheckEvent, isolated } from './isolated.ts'
import { type Printer, printerOf, SILENT } from './print.ts'

interface CheckFlags extends SettingFlags {
  readonly timeLimit: number
  readonly json?: boolean
}

export function addCheck(program: Command, { cli, exit }: CommandHost): void {
  const subject = new Argument(
    '<name>',
    'environment, reward hook, agent or estimator: a name or the path of its module',
  )
  program
    .command('check')
    .addArgument(subject.argParser((text: string) => readText(CHOSEN, text)))
    .addOption(FLAGS.env())
    .addOption(FLAGS.set())
    .addOption(FLAGS.mcpServers())
    .addOption(FLAGS.environmentServers())
    .addOption(timeLimit())
    .addOption(FLAGS.json())
    .addHelpText('after', exampleOf('stepgym check my-env', 'stepgym check ./rewards/hooks/my-hook.mjs --env webshop'))
    .action(async (chosen: Chosen, { json = false, timeLimit, ...flags }: CheckFlags) => {
      const { folder, variables } = cli
      const request = { chosen, flags: settingsOfFlags(flags), cli: { folder, variables: { ...variables } } }
      const { subject, results } = await collected(isolated(request, timeLimit * 1000), json ? SILENT : printerOf(cli))
      const isKept = results.every(({ status }) => status !== 'failed')
      if (json) printJson(cli.out, { ...subject, isKept, results })
      exit(isKept ? 0 : 1)
    })
}

/** Seconds that a rule may take. */
const DEFAULT_TIME_LIMIT = 30

const timeLimit = (): Option =>
  new Option('--time-limit <seconds>', 'how long a rule may take before it is stopped and fails')
    .default(DEFAULT_TIME_LIMIT)
    .argParser(readSeconds)

function readSeconds(text: string): number {
  const seconds = Number(text)
  if (seconds > 0 && seconds <= LONGEST_SECONDS) return seconds
  throw new InvalidArgumentError(`give seconds above 0 and at most ${LONGEST_SECONDS}.`)
}

const LONGEST_SECONDS = 86_400

interface Collected {
  readonly subject: Subject
  readonly results: readonly CheckResult[]
}

async function collected(events: AsyncIterable<CheckEvent>, print: Printer): Promise<Collected> {
  let subject: Subject | null = null
  const results: CheckResult[] = []
  for await (const event of events) {
    if (event.subject) print.subject(event.subject)
    else print.result(event.result)
    if (event.subject) subject = event.subject
    else results.push(event.result)
  }
  print.verdict(results)
  if (subject === null) throw new Error('a check returned no result')
  return { subject, results }
}
