import { isAbsolute, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { exportRun } from '../../../exchange/export.ts'
import { readRun } from '../../../records/index.ts'
import { type CommandHost, printJson, printLines } from '../../cli.ts'
import { TEXT } from '../../config/readers.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, readFlag, type SettingFlags } from '../../flags.ts'
import { runProgress } from '../../recorded.ts'
import { type ExportReport, linesOf } from './print.ts'
import {
  expectUsed,
  exportSettings,
  exportWorld,
  type FormatFlags,
  formatFlag,
  formatFlags,
  kindOfFile,
} from './settings.ts'

interface ExportFlags extends FormatFlags, Pick<SettingFlags, 'env'> {
  readonly out?: string
  readonly json?: boolean
}

export function addExport(program: Command, { cli }: CommandHost): void {
  const command = program
    .command('export')
    .argument('<run>', 'folder of the run')
    .addOption(formatFlag().makeOptionMandatory())
  for (const flag of formatFlags()) command.addOption(flag)
  command
    .addOption(readFlag('--out <file>', 'a file that is not there (default: beside the run)', TEXT))
    .addOption(FLAGS.env())
    .addOption(FLAGS.json())
    .addHelpText(
      'after',
      exampleOf(
        'stepgym export runs/a --format parquet --estimator grpo,gigpo',
        'stepgym export runs/a --format chat --out a.jsonl',
        'stepgym export runs/a --format dpo --pairs step --score success',
        'stepgym export runs/a --format dpo --score success,progress --filter spread:outcome=success',
        'stepgym export runs/a --format sft --keep-steps turn:least=0.5',
      ),
    )
    .action(async (folder: string, { json = false, ...flags }: ExportFlags) => {
      expectUsed(flags)
      const report = await cli.guarded({ report: () => {} }, () => exported(folder, flags))
      if (json) printJson(cli.out, report)
      else printLines(cli.out, linesOf(report))
    })

  async function exported(folder: string, flags: Omit<ExportFlags, 'json'>): Promise<ExportReport> {
    const run = readRun(resolve(cli.folder, folder))
    const { world, problem } = await exportWorld(cli, run.manifest, flags)
    const settings = await exportSettings(cli, flags, world)
    const out = flags.out ?? besideRun(folder, flags)
    const progress = runProgress(run, cli.err)
    try {
      const written = await exportRun(run, resolve(cli.folder, out), { ...settings, onProgress: progress.add })
      const { format, grain } = settings
      return { run: folder, format, grain, out, ...written, tornBytes: run.tornBytes, withoutEnvironment: problem }
    } finally {
      progress.clear()
    }
  }

  function besideRun(folder: string, flags: FormatFlags): string {
    const path = `${resolve(cli.folder, folder)}.${kindOfFile(flags)}`
    return isAbsolute(folder) ? path : relative(cli.folder, path)
  }
}
