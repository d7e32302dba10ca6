import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BenchRequest, benchmarksOf, RUN_HELP, readBenchArguments, withUsage } from './arguments.ts'
import { FIGURES_FILE, figuresIn, machineNow, type Results } from './results.ts'

/** Before the first benchmark: later its load is that of the benchmarks. */
const machine = machineNow()

/** Runs the benchmarks of one topic, each in a process of its own. */
withUsage('bench', () => perform(readBenchArguments(process.argv.slice(2))))

function perform(request: BenchRequest): void {
  if (request.kind === 'help') console.log(RUN_HELP)
  else if (request.kind === 'baselines') writeBaselines(request.topics)
  else if (request.json === undefined) runTopic(request.topic, request.benchmark)
  else writeResults(request.topic, request.benchmark, request.json)
}

/** Each on the data that every machine has, so that baselines of two machines are of the same work. */
function writeBaselines(topics: readonly string[]): void {
  const { load, cores } = machine
  if (load > cores / 4) console.error(`the machine is busy: a load of ${load} on ${cores} cores lowers the figures`)
  delete process.env.STEPGYM_REFERENCE
  for (const name of topics) {
    const ceiling = benchmarksOf(name).find((benchmark) => benchmark === 'ceiling')
    writeResults(name, ceiling, join(import.meta.dirname, 'baselines', `${name}.json`))
  }
}

/** @returns Whether all its benchmarks ran to their end. */
function runTopic(topic: string, benchmark: string | undefined, figuresFile?: string): boolean {
  const wanted = benchmark === undefined ? benchmarksOf(topic) : [benchmark]
  return wanted.map((each) => runBenchmark(topic, each, figuresFile)).every((succeeded) => succeeded)
}

function runBenchmark(topic: string, name: string, figuresFile: string | undefined): boolean {
  console.log(`\n== ${topic}/${name}`)
  const env = figuresFile === undefined ? process.env : { ...process.env, [FIGURES_FILE]: figuresFile }
  const path = join(import.meta.dirname, topic, `${name}.ts`)
  const { status } = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', path], { stdio: 'inherit', env })
  if (status !== 0) process.exitCode = 1
  return status === 0
}

/** Leaves the file as it was if a benchmark fails. */
function writeResults(topic: string, benchmark: string | undefined, to: string): void {
  const scratch = mkdtempSync(join(tmpdir(), 'stepgym-bench-'))
  const figuresFile = join(scratch, `${topic}.jsonl`)
  const date = new Date().toISOString()
  const succeeded = runTopic(topic, benchmark, figuresFile)
  const figures = existsSync(figuresFile) ? figuresIn(figuresFile) : []
  rmSync(scratch, { recursive: true })
  const results: Results = { topic, machine, date, figures }
  if (succeeded) writeFileSync(to, `${JSON.stringify(results, null, 2)}\n`)
  else console.error(`${to} is not written: a benchmark failed`)
}
