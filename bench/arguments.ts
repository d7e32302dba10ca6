import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Results, TOPICS } from './results.ts'

/** Wrong arguments of a command; the message says what to write instead. */
export class UsageError extends Error {}

/** Names of the benchmarks of a topic. */
export const benchmarksOf = (topic: string): readonly string[] =>
  readdirSync(join(import.meta.dirname, topic))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort()

const describedTopics = (): string =>
  TOPICS.map((topic) => `  ${topic.padEnd(8)} ${benchmarksOf(topic).join(', ')}`).join('\n')

export const RUN_HELP = `Usage: npm run bench -- TOPIC [BENCHMARK] [--json FILE]
       npm run bench -- baselines [TOPIC]

Runs the benchmarks of a topic, or one of them, each in a process of its own.
'baselines' measures the files of bench/baselines/ again, or that of one topic.

Topics and their benchmarks:
${describedTopics()}

Options:
  --json FILE  also write the figures to FILE, for npm run bench:compare
  -h, --help   print this help`

export const COMPARE_HELP = `Usage: npm run bench:compare A B

Compares two files that npm run bench -- TOPIC --json FILE wrote, such as a file of
bench/baselines/ and a new one: the ratio of each rate of B to that of A, and its spread.

Options:
  -h, --help  print this help`

/** What `npm run bench` is to do. */
export type BenchRequest =
  | { readonly kind: 'help' }
  | { readonly kind: 'baselines'; readonly topics: readonly string[] }
  | { readonly kind: 'topic'; readonly topic: string; readonly benchmark: string | undefined; readonly json?: string }

/** @throws UsageError */
export function readBenchArguments(args: readonly string[]): BenchRequest {
  const { values, positionals } = parsed(args, { json: { type: 'string' } })
  if (values.help) return { kind: 'help' }
  const { json } = values
  const [topic, only, extra] = positionals
  if (topic === undefined) throw new UsageError(`name a topic: ${TOPICS.join(', ')}, or baselines`)
  if (extra !== undefined) throw new UsageError(`one topic and one benchmark at a time: "${extra}" is one too many`)
  if (topic !== 'baselines') return topicRequest(topic, only, json)
  if (json !== undefined) throw new UsageError('baselines writes its own files: leave out --json')
  return { kind: 'baselines', topics: only === undefined ? TOPICS : [expectOneOf(TOPICS, only, 'topic')] }
}

function topicRequest(name: string, only: string | undefined, json: string | undefined): BenchRequest {
  const topic = expectOneOf(TOPICS, name, 'topic')
  const benchmark = only === undefined ? undefined : expectOneOf(benchmarksOf(topic), only, `benchmark of ${topic}`)
  return { kind: 'topic', topic, benchmark, ...(json !== undefined && { json }) }
}

function expectOneOf(names: readonly string[], name: string, noun: string): string {
  if (names.includes(name)) return name
  throw new UsageError(`"${name}" is not a ${noun}: choose one of ${names.join(', ')}`)
}

/** Paths of the two files, or null if help is asked for. @throws UsageError */
export function readCompareArguments(args: readonly string[]): readonly [string, string] | null {
  const { values, positionals } = parsed(args, {})
  if (values.help) return null
  const [first, second, ...more] = positionals
  if (first === undefined || second === undefined || more.length > 0)
    throw new UsageError(`give two files, not ${positionals.length}: npm run bench:compare A B`)
  return [first, second]
}

/** Reads a file that `npm run bench` wrote. @throws UsageError */
export function resultsIn(file: string): Results {
  const results: unknown = parsedFile(file)
  if (isResults(results)) return results
  throw new UsageError(`${file} has no figures: give a file that npm run bench -- TOPIC --json FILE wrote`)
}

function parsedFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (thrown) {
    throw new UsageError(`${file} cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
  }
}

const isResults = (value: unknown): value is Results =>
  typeof value === 'object' &&
  value !== null &&
  'topic' in value &&
  'machine' in value &&
  'figures' in value &&
  Array.isArray(value.figures)

interface Parsed {
  readonly values: { readonly help?: boolean; readonly json?: string }
  readonly positionals: readonly string[]
}

function parsed(args: readonly string[], own: Readonly<Record<string, { readonly type: 'string' }>>): Parsed {
  const options = { ...own, help: { type: 'boolean', short: 'h' } } as const
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (thrown) {
    throw new UsageError(thrown instanceof Error ? thrown.message : String(thrown))
  }
}

/** Prints wrong arguments in one line and sets exit code 2; anything else that is thrown is a fault. */
export function withUsage(script: string, work: () => void): void {
  try {
    work()
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown
    console.error(`${thrown.message}\n(see npm run ${script} -- --help)`)
    process.exitCode = 2
  }
}
