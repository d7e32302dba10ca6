import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'

/** Folders of benchmarks. */
export const TOPICS: readonly string[] = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'baselines')
  .map(({ name }) => name)

/** How often something was done, over several rounds. */
export interface Rate {
  readonly name: string
  /** Median over the rounds. */
  readonly perSecond: number
  readonly lowest: number
  readonly highest: number
}

/** One rate of a benchmark: `title` and `name` identify it across runs. */
export interface Figure extends Rate {
  readonly title: string
  /** What is counted, in the plural: the rate is per second. */
  readonly unit: string
}

/** What a topic measured, where and when. */
export interface Results {
  readonly topic: string
  readonly machine: {
    readonly cpu: string
    readonly cores: number
    readonly node: string
    /** Load average of the last minute when the run began: above the cores, rates are too low. */
    readonly load: number
    /** Only where the run had it: on Linux, other work then waits, and a load above the cores takes little from the rates. */
    readonly priority?: 'real-time'
  }
  /** ISO 8601, UTC. */
  readonly date: string
  readonly figures: readonly Figure[]
}

/** Names the file that the processes of a run append their figures to. */
export const FIGURES_FILE = 'STEPGYM_BENCH_FIGURES'

/** Keeps rates for `--json`; does nothing in a run without it. */
export function keepFigures(title: string, unit: string, rates: readonly Rate[]): void {
  const file = process.env[FIGURES_FILE]
  if (file === undefined) return
  for (const rate of rates) appendFileSync(file, `${JSON.stringify({ title, unit, ...rate })}\n`)
}

export const machineNow = (): Results['machine'] => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  node: process.version,
  load: Math.round(10 * (loadavg()[0] ?? 0)) / 10,
  ...(isRealTime() && { priority: 'real-time' as const }),
})

/** Whether the kernel runs this process before usual ones, as `chrt -r 1` has it do; its children inherit that. */
function isRealTime(): boolean {
  if (!existsSync('/proc/self/stat')) return false
  const [, fields = ''] = readFileSync('/proc/self/stat', 'utf8').split(/\)(?!.*\))/s)
  return Number(fields.trim().split(' ')[RT_PRIORITY]) > 0
}

/** Place of the priority among the fields after the name of the process. */
const RT_PRIORITY = 37

/** Figures of a run, in the order in which they were kept. */
export const figuresIn = (file: string): readonly Figure[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Figure => JSON.parse(line))

/** Change of one rate from a run to another; above 1 is faster. */
export interface Change {
  readonly figure: string
  readonly ratio: number
  /** Slowest of the second over fastest of the first, and the reverse. */
  readonly low: number
  readonly high: number
}

export interface Comparison {
  readonly changes: readonly Change[]
  /** Figures that only one of the runs has. */
  readonly unmatched: readonly string[]
}

/** Compares rates that both runs have. A spread that holds 1 says that nothing was shown. */
export function compared(first: Results, second: Results): Comparison {
  const before = new Map(first.figures.map((figure) => [nameOf(figure), figure]))
  const after = new Map(second.figures.map((figure) => [nameOf(figure), figure]))
  const shared = [...before.keys()].filter((name) => after.has(name))
  const unmatched = [...new Set([...before.keys(), ...after.keys()])].filter((name) => !shared.includes(name))
  return { changes: shared.flatMap((name) => changeOf(name, before.get(name), after.get(name))), unmatched }
}

const nameOf = ({ title, name }: Figure): string => `${title}: ${name}`

const changeOf = (figure: string, a: Figure | undefined, b: Figure | undefined): readonly Change[] =>
  a === undefined || b === undefined
    ? []
    : [{ figure, ratio: b.perSecond / a.perSecond, low: b.lowest / a.highest, high: b.highest / a.lowest }]
