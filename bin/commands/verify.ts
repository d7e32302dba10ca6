import type { VerifyHandler } from '../../core/verify.ts'
import { painterOf } from '../terminal/paint.ts'
import { progressBar } from '../terminal/progress.ts'
import type { TextSink } from '../terminal/text-sink.ts'
import { selectFiles } from './verify/files.ts'
import { printReport } from './verify/print.ts'
import { type FileReport, reportOf } from './verify/report.ts'
import { runFile } from './verify/run.ts'

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
