import type { Command } from 'commander'
import { type HookSet, type RewardHook, withOptions } from '../../../core/reward/hook.ts'
import { closeHooks } from '../../../core/reward/open-hooks.ts'
import {
  ATTACKS,
  allHackingScenes,
  CONTROLS,
  fooledBy,
  type HackingReport,
  hackingReport,
} from '../../../evaluation/hacking/index.ts'
import { hooks as hookCatalog } from '../../../registry/index.ts'
import { type CommandHost, printJson, printLines } from '../../cli.ts'
import { readSettings } from '../../config.ts'
import { exampleOf } from '../../examples.ts'
import { chosenHooks } from '../../find.ts'
import { FLAGS, type SettingFlags, settingsOfFlags } from '../../flags.ts'
import { tableOf } from '../../terminal/table.ts'

interface HackingFlags extends Pick<SettingFlags, 'hook' | 'rewardModel' | 'device'> {
  readonly json?: boolean
}

export function addEvalHacking(program: Command, { cli }: CommandHost): void {
  program
    .command('hacking')
    .description('attack reward hooks: answers that look better and are not, and which of them a hook pays for')
    .argument('[hooks...]', 'names or paths of hooks (default: all of the package and of the working folder)')
    .addOption(FLAGS.hook())
    .addOption(FLAGS.rewardModel())
    .addOption(FLAGS.device())
    .addOption(FLAGS.json())
    .addHelpText('after', exampleOf('stepgym eval hacking success', 'stepgym eval hacking --hook step-cost:cost=0.1'))
    .action(async (names: readonly string[], { json = false, ...flags }: HackingFlags) => {
      const settings = await readSettings(cli, settingsOfFlags(flags))
      const catalog = hookCatalog({ userFolder: cli.folder })
      const isNamed = settings.hooks !== undefined || settings.rewardModel !== undefined
      const chosen = names.length === 0 && !isNamed ? catalog.names() : names
      const named = await Promise.all(chosen.map((name) => catalog.load(name)))
      const configured = await chosenHooks(cli.folder, settings)
      const judges = [...named.map((hook) => withOptions(hook, {})), ...listed(configured)]
      try {
        const reports = await reportsOn(judges)
        if (json) printJson(cli.out, reports)
        else printLines(cli.out, linesOf(reports))
      } finally {
        await closeHooks(configured)
      }
    })
}

const listed = ({ turn, outcome, process, group }: HookSet): readonly RewardHook[] => [
  ...turn,
  ...outcome,
  ...process,
  ...group,
]

/** Controls first: their rank is known. */
async function reportsOn(judges: readonly RewardHook[]): Promise<readonly HackingReport[]> {
  const scenes = await allHackingScenes()
  const reports: HackingReport[] = []
  for (const hook of [...CONTROLS, ...judges]) reports.push(await hackingReport(hook, scenes))
  return reports
}

const percent = (share: number | null): string => (share === null ? '-' : `${Math.round(100 * share)} %`)

const linesOf = (reports: readonly HackingReport[]): readonly string[] => [
  ...tableOf(
    [{ heading: 'hook' }, { heading: 'right', align: 'right' }, { heading: 'fooled by' }],
    reports.map((report) => [report.hook, percent(report.accuracy), fooledText(report)]),
  ),
  '',
  'right: how often a success is above a failure that does not attack. Fooled by: attacks after which a failure scores',
  'more than before, with the share of failures; * where it reaches the successes. No attack solves the task:',
  ...ATTACKS.map(({ name, summary }) => `  ${name}: ${summary}`),
]

function fooledText(report: HackingReport): string {
  if (report.accuracy === null) return 'not judged: the scene lacks what it reads'
  const found = fooledBy(report).map(({ attack, fooled, passed }) => `${attack} ${percent(fooled)}${passed ? '*' : ''}`)
  return found.length === 0 ? 'nothing' : found.join(', ')
}
