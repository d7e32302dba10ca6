import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { FIGURES_FILE, figuresIn, machineNow, type Results, TOPICS } from './results.ts'

/**
 * Runs the benchmarks of one topic, each in a process of its own: `npm run bench -- webshop [steps] [--json FILE]`.
 * `npm run bench -- baselines` measures the baselines of all topics, or `baselines tools` those of one.
 */
const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true })
const [topic = '', only] = positionals
/** Before the first of them: later its load is that of the benchmarks. */
const machine = machineNow()
const scratch = mkdtempSync(join(tmpdir(), 'stepgym-bench-'))

const asked = topic === 'baselines' ? (only ?? TOPICS) : topic

if ([asked].flat().some((name) => !TOPICS.includes(name))) {
  console.error(`which benchmark? npm run bench -- ${[...TOPICS, 'baselines'].join(' | ')}`)
  process.exitCode = 2
} else if (topic === 'baselines') writeBaselines([asked].flat())
else if (values.json === undefined) runTopic(topic, only)
else writeResults(topic, only, values.json)
rmSync(scratch, { recursive: true })

/** Each on the data that every machine has, so that baselines of two machines are of the same work. */
function writeBaselines(topics: readonly string[]): void {
  const { load, cores } = machine
  if (load > cores / 4) console.error(`the machine is busy: a load of ${load} on ${cores} cores lowers the figures`)
  delete process.env.STEPGYM_REFERENCE
  for (const name of topics) {
    const hasCeiling = existsSync(join(import.meta.dirname, name, 'ceiling.ts'))
    writeResults(name, hasCeiling ? 'ceiling' : undefined, join(import.meta.dirname, 'baselines', `${name}.json`))
  }
}

/** @returns Whether all its benchmarks ran to their end. */
function runTopic(name: string, file: string | undefined, figuresFile?: string): boolean {
  const files = readdirSync(join(import.meta.dirname, name)).filter((each) => each.endsWith('.ts'))
  const wanted = files.filter((each) => file === undefined || each === `${file}.ts`).sort()
  return wanted.map((each) => runFile(name, each, figuresFile)).every((succeeded) => succeeded)
}

function runFile(name: string, file: string, figuresFile: string | undefined): boolean {
  console.log(`\n== ${name}/${file.slice(0, -'.ts'.length)}`)
  const env = figuresFile === undefined ? process.env : { ...process.env, [FIGURES_FILE]: figuresFile }
  const path = join(import.meta.dirname, name, file)
  const { status } = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', path], { stdio: 'inherit', env })
  if (status !== 0) process.exitCode = 1
  return status === 0
}

/** Leaves the file as it was if a benchmark fails. */
function writeResults(name: string, file: string | undefined, to: string): void {
  const figuresFile = join(scratch, `${name}.jsonl`)
  const date = new Date().toISOString()
  if (!runTopic(name, file, figuresFile)) {
    console.error(`${to} is not written: a benchmark failed`)
    return
  }
  const figures = existsSync(figuresFile) ? figuresIn(figuresFile) : []
  const results: Results = { topic: name, machine, date, figures }
  writeFileSync(to, `${JSON.stringify(results, null, 2)}\n`)
}
