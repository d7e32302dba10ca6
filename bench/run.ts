import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { FIGURES_FILE, figuresIn, machineNow, type Results } from './results.ts'

/** Runs the benchmarks of one topic, each in a process of its own: `npm run bench -- webshop [steps] [--json FILE]`. */
const { values, positionals } = parseArgs({ options: { json: { type: 'string' } }, allowPositionals: true })
const [topic = '', only] = positionals
const topics = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'baselines')
  .map(({ name }) => name)
const scratch = mkdtempSync(join(tmpdir(), 'stepgym-bench-'))
const figuresFile = join(scratch, 'figures.jsonl')

if (!topics.includes(topic)) {
  console.error(`which benchmark? npm run bench -- ${topics.join(' | ')}`)
  process.exitCode = 2
} else if (values.json === undefined) runTopic(topic)
else writeResults(values.json)
rmSync(scratch, { recursive: true })

function runTopic(name: string): void {
  const files = readdirSync(join(import.meta.dirname, name)).filter((file) => file.endsWith('.ts'))
  for (const file of files.filter((each) => only === undefined || each === `${only}.ts`).sort()) runFile(name, file)
}

function runFile(name: string, file: string): void {
  console.log(`\n== ${name}/${file.slice(0, -'.ts'.length)}`)
  const env = values.json === undefined ? process.env : { ...process.env, [FIGURES_FILE]: figuresFile }
  const path = join(import.meta.dirname, name, file)
  const { status } = spawnSync(process.execPath, ['--expose-gc', '--import', 'tsx', path], { stdio: 'inherit', env })
  if (status !== 0) process.exitCode = 1
}

function writeResults(file: string): void {
  const [machine, date] = [machineNow(), new Date().toISOString()]
  runTopic(topic)
  const figures = existsSync(figuresFile) ? figuresIn(figuresFile) : []
  const results: Results = { topic, machine, date, figures }
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
}
