import { createInterface } from 'node:readline'
import { catchLateFailures, catchUnowned, describeLateFailure, type LateFailure } from '../server/late-failures.ts'
import { onOneLine, type TextSink } from './terminal/text-sink.ts'
import { watchEventLoop } from './watchdog.ts'

/** What a command has of the world around it: a process, or a test in its place. */
export interface Cli {
  readonly out: TextSink
  readonly err: TextSink
  /** Paths start from here, and user modules and the configuration file are looked for here. */
  readonly folder: string
  readonly variables: Readonly<Record<string, string | undefined>>
  /** Does work that an interrupt ends in good order; a second interrupt ends the process. */
  interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>
  /**
   * Does work that runs user code for long: what that throws late is reported and ends nothing, and the process ends
   * where it never returns.
   */
  guarded<T>(guard: Guard, work: () => Promise<T>): Promise<T>
  /** Lines that are typed or piped in, until the input ends or the signal is aborted. Read once, by one reader. */
  lines(signal: AbortSignal): AsyncIterable<string>
}

export interface Guard {
  /** Milliseconds that the event loop may stand still; 0 for any. @default 0 */
  readonly watchdogMs?: number
  /** Whether what fails late is known to be of a hook, an agent or an environment. @default true */
  readonly tracksOwners?: boolean
  readonly report: (failure: LateFailure) => void
}

/** 0 where all is well, 1 where something was found or failed, 2 for a command line that cannot be understood. */
export type ExitCode = 0 | 1 | 2 | 130

/** What a command adds to a program: its own subcommand, which hands over an exit code when it is done. */
export interface CommandHost {
  readonly cli: Cli
  exit(code: ExitCode): void
}

/** A newline within a line is written as `\\n`: no text from elsewhere makes lines of its own. */
export function printLines(sink: TextSink, lines: readonly string[]): void {
  sink.write(lines.map((line) => `${onOneLine(line)}\n`).join(''))
}

/** Prints what user code throws late. */
export const lateReporter =
  ({ err }: Cli) =>
  (failure: LateFailure): void =>
    printLines(err, [describeLateFailure(failure)])

export const printJson = (sink: TextSink, value: unknown): unknown => sink.write(`${JSON.stringify(value, null, 2)}\n`)

/** Signals of a terminal and of process supervisors. */
const INTERRUPTS = ['SIGINT', 'SIGTERM'] as const

/** The `cli` of this process. An interrupt is left to Node.js except `interruptible` work. */
export const processCli = (): Cli => ({
  out: process.stdout,
  err: process.stderr,
  folder: process.cwd(),
  variables: process.env,
  async interruptible(work) {
    const controller = new AbortController()
    const interrupt = (): void => controller.abort()
    for (const signal of INTERRUPTS) process.once(signal, interrupt)
    try {
      return await work(controller.signal)
    } finally {
      for (const signal of INTERRUPTS) process.removeListener(signal, interrupt)
    }
  },
  async guarded({ watchdogMs = 0, tracksOwners = true, report }, work) {
    const release = (tracksOwners ? catchLateFailures : catchUnowned)(report)
    const unwatch = watchdogMs > 0 ? watchEventLoop(watchdogMs) : () => {}
    try {
      return await work()
    } finally {
      unwatch()
      release()
    }
  },
  /** Left to the terminal to edit: where readline does it, an interrupt never reaches the process. */
  lines: (signal) => createInterface({ input: process.stdin, terminal: false, signal }),
})

/** Kept when the signal is aborted. */
export function interrupted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
