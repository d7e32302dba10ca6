import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import type { Cli, ExitCode } from '../../bin/cli.ts'
import { stepgym } from '../../bin/program.ts'
import { compiledPath } from './compiled.ts'

export interface Ran<Code = ExitCode> {
  readonly code: Code
  readonly out: string
  readonly err: string
}

type Lines = readonly string[] | AsyncIterable<string>

export interface Given {
  /** The command line, of the sources unless given. */
  readonly program?: typeof stepgym
  readonly folder?: string
  readonly variables?: Cli['variables']
  readonly isTTY?: boolean
  /** Width of the terminal. */
  readonly columns?: number
  readonly signal?: AbortSignal
  /** What is typed, perhaps in answer to what was written so far. */
  readonly lines?: Lines | ((written: () => string) => Lines)
}

/** A command line in this process, with what it wrote. */
export async function run(args: readonly string[], given: Given = {}): Promise<Ran> {
  const { lines = [], program = stepgym } = given
  const written = { out: '', err: '' }
  const sink = (name: 'out' | 'err'): Cli['out'] => ({
    isTTY: given.isTTY ?? false,
    columns: given.columns,
    write: (text) => {
      written[name] += text
    },
  })
  const code = await program(args, {
    out: sink('out'),
    err: sink('err'),
    folder: given.folder ?? tmpdir(),
    variables: given.variables ?? {},
    guarded: (_guard, work) => work(),
    interruptible: (work) => work(given.signal ?? new AbortController().signal),
    lines: () => typed(typeof lines === 'function' ? lines(() => written.out) : lines),
  })
  return { code, ...written }
}

async function* typed(lines: Lines): AsyncGenerator<string> {
  yield* lines
}

/** Like `run`, with the JSON that was printed. */
export async function runJson(args: readonly string[], given: Given = {}) {
  const { code, out } = await run([...args, '--json'], given)
  return { code, json: JSON.parse(out) }
}

const COMMAND = compiledPath('bin/stepgym.ts')

/**
 * The command as a process of its own. `onStart` may end it early, and sees what it has printed.
 * @param input What is piped in.
 */
export function spawned(
  args: readonly string[],
  folder: string,
  onStart: (kill: (signal: NodeJS.Signals) => void, printed: () => string) => void = () => {},
  input = '',
): Promise<Ran<number | null>> {
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd: folder })
  const written = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written.err += text
  })
  child.stdin.on('error', () => {}).end(input)
  onStart(
    (signal) => child.kill(signal),
    () => written.out,
  )
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, ...written }))
  })
}
