import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../core/data/errors.ts'
import { counted } from '../core/data/shown.ts'
import { siblingReader } from './files.ts'
import { type VerifyCase, type VerifyHandler, type VerifyInput, VerifyMismatch } from './handler.ts'
import { countRecords } from './record-count.ts'
import { type CaseFailure, type FileReport, UNKNOWN_FILE } from './report.ts'

export interface FileRun {
  readonly folder: string
  readonly file: string
  readonly dataFolder: string
  readonly handlers: readonly VerifyHandler[]
  readonly onProgress: (done: number, cases: number) => void
}

const FAILURES_SHOWN = 5

/** Runs every case of one file. Whatever is thrown on the way ends up in the report. */
export async function runFile(run: FileRun): Promise<FileReport> {
  const known = run.handlers.filter(({ pattern }) => run.file.search(pattern) !== -1)
  const [handler] = known
  if (handler === undefined) return unrun(run.file, UNKNOWN_FILE)
  if (known.length > 1) return unrun(run.file, `several handlers: ${known.map(({ name }) => name).join(', ')}`)
  try {
    return await runCases(run, handler, readFileSync(join(run.folder, run.file), 'utf8'))
  } catch (error) {
    return unrun(run.file, `cannot be read: ${messageOf(error)}`)
  }
}

const unrun = (file: string, problem: string): FileReport => ({
  file,
  cases: 0,
  passed: 0,
  failed: 0,
  failures: [],
  problems: [problem],
})

async function runCases(run: FileRun, handler: VerifyHandler, text: string): Promise<FileReport> {
  const records = countRecords(run.file, text)
  const input = { text, dataFolder: run.dataFolder, sibling: siblingReader(run.folder) }
  const tally = await tallyCases(handler, input, (done) => run.onProgress(done, records))
  const cases = Math.max(records, tally.run)
  const failed = cases - tally.passed
  const problems = [...tally.problems, ...countProblems(records, tally.run)]
  return { file: run.file, cases, passed: tally.passed, failed, failures: tally.failures, problems }
}

const countProblems = (records: number, run: number): readonly string[] => {
  if (records === 0) return ['holds no record']
  return run === records
    ? []
    : [`${counted(records, 'record')}, but ${counted(run, 'case')} ${run === 1 ? 'was' : 'were'} run`]
}

interface Tally {
  readonly run: number
  readonly passed: number
  readonly failures: readonly CaseFailure[]
  readonly problems: readonly string[]
}

async function tallyCases(handler: VerifyHandler, input: VerifyInput, onCase: (done: number) => void): Promise<Tally> {
  const failures: CaseFailure[] = []
  const problems: string[] = []
  let run = 0
  let failed = 0
  try {
    for await (const verifyCase of handler.cases(input)) {
      const failure = await failureOf(verifyCase)
      run += 1
      if (failure !== undefined) failed += 1
      if (failure !== undefined && failures.length < FAILURES_SHOWN) failures.push(failure)
      onCase(run)
    }
  } catch (error) {
    problems.push(`the handler stopped after ${counted(run, 'case')}: ${messageOf(error)}`)
  }
  return { run, passed: run - failed, failures, problems }
}

async function failureOf(verifyCase: VerifyCase): Promise<CaseFailure | undefined> {
  try {
    await verifyCase.check()
    return undefined
  } catch (error) {
    if (!(error instanceof VerifyMismatch)) return { case: verifyCase.id, error: messageOf(error) }
    const { path, expected, got } = error
    return { case: verifyCase.id, path, expected, got }
  }
}
