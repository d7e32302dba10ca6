import { resolve } from 'node:path'
import type { Command } from 'commander'
import { selectFiles } from '../../../conformance/files.ts'
import { VECTOR_KINDS, type VectorKind, type VerifyHandler } from '../../../conformance/handler.ts'
import { type FileReport, reportOf } from '../../../conformance/report.ts'
import { runFile } from '../../../conformance/run-file.ts'
import { conformanceSuites } from '../../../registry/index.ts'
import type { CommandHost } from '../../cli.ts'
import { exampleOf } from '../../examples.ts'
import { FLAGS, oneOf } from '../../flags.ts'
import { painterOf } from '../../terminal/paint.ts'
import { progressBar } from '../../terminal/progress.ts'
import type { TextSink } from '../../terminal/text-sink.ts'
import { printReport } from './print.ts'

export interface VerifyCommandOptions {
  /** Holds the vector files. */
  readonly folder: string
  /** Globs on file names (`*`, `?`), comma separated; each must match a file. Without it every file is run. */
  readonly only?: string | undefined
  /** Holds the data sets that records refer to. */
  readonly dataFolder: string
  /** Prints the report as JSON instead of a table. */
  readonly json: boolean
  readonly handlers: readonly VerifyHandler[]
  readonly out: TextSink
  /** Gets the progress bar, where it is a terminal. */
  readonly err: TextSink
}

interface VerifyFlags {
  readonly only?: string
  readonly data?: string
  readonly json?: boolean
}

export function addVerify(program: Command, { cli, exit }: CommandHost): void {
  program
    .command('verify')
    .addArgument(oneOf('<kind>', 'which vectors', VECTOR_KINDS))
    .argument('<folder>', 'folder of the vector files')
    .option('--only <globs>', 'files to run, comma separated: webshop_*,lucene*')
    .option('--data <folder>', 'folder of the data sets that records refer to (default: data beside the vectors)')
    .addOption(FLAGS.json())
    .addHelpText('after', exampleOf('stepgym verify envs reference/vectors/envs --only "webshop_*"'))
    .action(async (kind: VectorKind, vectors: string, { only, data, json = false }: VerifyFlags) => {
      const folder = resolve(cli.folder, vectors)
      const dataFolder = data === undefined ? resolve(folder, '../../data') : resolve(cli.folder, data)
      const handlers = await handlersOf(cli.folder, kind)
      exit(await verifyCommand({ folder, only, dataFolder, json, handlers, out: cli.out, err: cli.err }))
    })
}

/** Handlers of the package's suites and of those in the user's folder. @throws GymError CONFIG_INVALID */
export async function handlersOf(userFolder: string, kind: VectorKind): Promise<readonly VerifyHandler[]> {
  const catalog = conformanceSuites({ userFolder })
  const suites = await Promise.all(catalog.names().map((name) => catalog.load(name)))
  return suites.filter(({ vectors }) => vectors === kind).flatMap(({ handlers }) => handlers)
}

/**
 * Runs every record of reference-vector files against this implementation and prints what does not agree.
 *
 * @returns The exit code: 0 where every record of every chosen file was run and agrees; 1 on a mismatch, a record that
 * was not run or threw, a file that no handler (or more than one) knows, a file without records, a glob without a file,
 * or no case at all.
 */
export async function verifyCommand(options: VerifyCommandOptions): Promise<0 | 1> {
  const { folder, dataFolder, handlers, out } = options
  const { files, problems } = selectFiles(folder, options.only)
  const bar = progressBar(options.err)
  const reports: FileReport[] = []
  for (const file of files) {
    const onProgress = (done: number, cases: number) => bar.update(file, done, cases)
    reports.push(await runFile({ folder, file, dataFolder, handlers, onProgress }))
  }
  bar.clear()
  const report = reportOf(reports, problems)
  out.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : printReport(report, painterOf(out)))
  return report.isVerified ? 0 : 1
}
