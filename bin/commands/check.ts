import { Argument, type Command } from 'commander'
import { checkAgent } from '../../core/check/agent.ts'
import { checkEnvironment } from '../../core/check/environment.ts'
import { checkHook } from '../../core/check/hook.ts'
import type { CheckResult } from '../../core/check/report.ts'
import { withOptions } from '../../core/reward/hook.ts'
import { createAgent } from '../../core/rollout/agent-factory.ts'
import { agents, hooks } from '../../registry/index.ts'
import { type Cli, type CommandHost, printJson, printLines } from '../cli.ts'
import { CHOSEN } from '../config/readers.ts'
import { type Chosen, readSettings, type Settings } from '../config.ts'
import { exampleOf } from '../examples.ts'
import { environmentCatalog } from '../find.ts'
import { FLAGS, readText, type SettingFlags, settingsOfFlags } from '../flags.ts'
import { type Kind, kindOf } from '../subject.ts'
import { type Painter, painterOf } from '../terminal/paint.ts'

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

interface Check {
  readonly subject: string
  readonly kind: Kind
  /** The environment that a hook or an agent is checked in; null for an environment. */
  readonly where: string | null
  readonly results: AsyncIterable<CheckResult>
}

/** Small, with listed actions: any hook and most agents can do something there. */
const DEFAULT_PLACE = 'guess-number'

async function begin(chosen: Chosen, flags: Settings, cli: Cli): Promise<Check> {
  const { reference, options } = chosen
  const settings = await readSettings(cli, flags)
  const kind = await kindOf(reference, cli.folder, settings)
  if (kind === 'reward hook') return hookCheck(chosen, settings, cli)
  if (kind === 'agent') return agentCheck(chosen, settings, cli)
  const own = await readSettings(cli, { ...flags, env: reference, options: { ...flags.options, ...options } })
  const environment = await environmentCatalog(cli.folder, own).load(reference)
  return { subject: environment.id, kind, where: null, results: checkEnvironment(environment, own.options) }
}

async function hookCheck({ reference, options }: Chosen, settings: Settings, { folder }: Cli): Promise<Check> {
  const hook = withOptions(await hooks({ userFolder: folder }).load(reference), options)
  const place = await environmentCatalog(folder, settings).load(settings.env ?? DEFAULT_PLACE)
  const results = checkHook(hook, place, settings.options)
  return { subject: hook.name, kind: 'reward hook', where: place.id, results }
}

async function agentCheck({ reference, options }: Chosen, settings: Settings, { folder }: Cli): Promise<Check> {
  const factory = await agents({ userFolder: folder }).load(reference)
  const agent = await createAgent(factory, options)
  const place = await environmentCatalog(folder, settings).load(settings.env ?? factory.expertFor ?? DEFAULT_PLACE)
  return { subject: agent.name, kind: 'agent', where: place.id, results: checkAgent(agent, place, settings.options) }
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

function linesOf({ rule, status, detail }: CheckResult, paint: Painter): readonly string[] {
  if (status === 'failed') return [paint('red', `  ✗ ${rule}`), `      ${detail}`]
  const told = detail === '' ? '' : paint('dim', ` (${detail})`)
  return [status === 'passed' ? `  ${paint('green', '✓')} ${rule}${told}` : `  – ${rule}${told}`]
}

function verdictOf(results: readonly CheckResult[], paint: Painter): string {
  const count = (status: CheckResult['status']): number => results.filter((result) => result.status === status).length
  const counts = `${count('passed')} rules kept, ${count('failed')} broken, ${count('skipped')} that do not apply`
  return paint(count('failed') > 0 ? 'red' : 'green', counts)
}
