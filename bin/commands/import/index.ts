import { resolve } from 'node:path'
import type { Command } from 'commander'
import { counted } from '../../../core/data/shown.ts'
import { closeHooks } from '../../../core/reward/open-hooks.ts'
import { IMPORT_FORMATS, type ImportFormat } from '../../../exchange/import/file-index.ts'
import { importRun } from '../../../exchange/import/import.ts'
import type { Imported } from '../../../exchange/import/record.ts'
import { type CommandHost, lateReporter, printJson, printLines } from '../../cli.ts'
import { TEXT } from '../../config/readers.ts'
import { readSettings } from '../../config.ts'
import { exampleOf } from '../../examples.ts'
import { chosenHooks } from '../../find.ts'
import { FLAGS, flagOneOf, readFlag, type SettingFlags, settingsOfFlags } from '../../flags.ts'
import { progressBar } from '../../terminal/progress.ts'

interface ImportFlags extends Pick<SettingFlags, 'hook' | 'rewardModel' | 'device'> {
  readonly format: ImportFormat
  readonly reward?: string
  readonly out: string
  readonly json?: boolean
}

/** What `stepgym import` did, as it prints it for machines. */
interface ImportReport extends Imported {
  readonly file: string
  readonly format: ImportFormat
  readonly out: string
}

export function addImport(program: Command, { cli }: CommandHost): void {
  program
    .command('import')
    .argument('<file>', 'a JSON object per line, or one JSON document')
    .addOption(flagOneOf('--format <name>', 'format of the file', IMPORT_FORMATS).makeOptionMandatory())
    .addOption(readFlag('--reward <field>', "field with a conversation's reward, as name or name.name", TEXT))
    .addOption(FLAGS.hook())
    .addOption(FLAGS.rewardModel())
    .addOption(FLAGS.device())
    .addOption(FLAGS.out().makeOptionMandatory())
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf(
        'stepgym import others.jsonl --format chat --reward score --out runs/others',
        'stepgym import trajectory.json --format atif --hook redundant-calls --out runs/one',
      ),
    )
    .action(async (file: string, { json = false, ...flags }: ImportFlags) => {
      const report = await cli.guarded({ report: lateReporter(cli) }, () => imported(file, flags))
      if (json) printJson(cli.out, report)
      else printLines(cli.out, linesOf(report))
    })

  async function imported(file: string, { format, reward, out, ...flags }: ImportFlags): Promise<ImportReport> {
    const hooks = await chosenHooks(cli.folder, await readSettings(cli, settingsOfFlags(flags)))
    const bar = progressBar(cli.err)
    try {
      const written = await importRun(resolve(cli.folder, file), file, resolve(cli.folder, out), {
        format,
        reward: reward ?? null,
        hooks: [...hooks.turn, ...hooks.outcome, ...hooks.process, ...hooks.group],
        onProgress: (done, all) => bar.update('conversations', done, all),
      })
      return { file, format, out, ...written }
    } finally {
      bar.clear()
      await closeHooks(hooks)
    }
  }
}

const linesOf = ({ file, out, trajectories, steps, groups, signals, notKept }: ImportReport): readonly string[] => [
  `${counted(trajectories, 'conversation')} of ${file}, ${counted(steps, 'step')} in ${counted(groups, 'group')}`,
  ...(signals.length > 0 ? [`signals of the file: ${signals.join(', ')}`] : []),
  ...(Object.keys(notKept).length > 0 ? [`not kept: ${countsOf(notKept)}`] : []),
  `recorded in ${out}`,
]

const countsOf = (counts: Imported['notKept']): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} (${count})`)
    .join(', ')
