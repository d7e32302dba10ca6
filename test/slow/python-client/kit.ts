import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { COMPILED, compiledPath } from '../../support/compiled.ts'
import { newFolder } from '../../support/folder.ts'

export const execute = promisify(execFile)

/** Milliseconds that a program may take, such as all tests of an adapter on a busy machine. */
export const PROGRAM_MS = 15 * 60_000
/** Seconds after which a test that has not ended says where it is. */
const SILENT_SECONDS = 300
export const ROOT = join(import.meta.dirname, '../../..')
export const CLIENT = join(ROOT, 'clients/python')

/** The command that runs the compiled stepgym. */
export const STEPGYM = `${process.execPath} ${compiledPath('bin/stepgym.ts')}`

/** What the tests of the client need beside NumPy. */
export const PYTEST = ['websockets==17.4', 'pytest==9.2.0'] as const

/** The client from its sources, for a Python that it is not installed in. */
export const FROM_SOURCES = { PYTHONPATH: join(CLIENT, 'src'), PYTHONDONTWRITEBYTECODE: '1' } as const

/** Runs a tool in the folder of the client. @throws Error with what it printed where it fails. */
export async function within(python: string, ...args: readonly string[]): Promise<string> {
  return printedBy(python, args, { cwd: CLIENT, env: { ...process.env, ...FROM_SOURCES, TEST_STEPGYM: STEPGYM } })
}

/** Runs tests of the client. @returns What pytest printed. */
export const pytest = (python: string, ...args: readonly string[]): Promise<string> =>
  within(
    python,
    '-m',
    'pytest',
    '-q',
    '-p',
    'no:cacheprovider',
    '-o',
    `faulthandler_timeout=${SILENT_SECONDS}`,
    ...args,
  )

export const runExample = (python: string, name: string, variables: NodeJS.ProcessEnv = {}): Promise<string> =>
  runProgram(python, join(ROOT, 'examples/python', name), variables)

/** Runs a program as its user would: `stepgym` is a command on the path. @returns What it printed. */
export async function runProgram(
  python: string,
  path: string,
  variables: NodeJS.ProcessEnv,
  cwd: string = COMPILED,
): Promise<string> {
  const bin = join(newFolder(), 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'stepgym'), `#!/bin/sh\nexec ${STEPGYM} "$@"\n`, { mode: 0o755 })
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, ...variables }
  return printedBy(python, [path], { cwd, env })
}

interface Place {
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

/**
 * What a program prints. One that takes too long is interrupted, so that it ends what it has started.
 * @throws Error with what it printed where it fails or is interrupted
 */
export async function printedBy(
  python: string,
  args: readonly string[],
  place: Place,
  timeout = PROGRAM_MS,
): Promise<string> {
  const run = execute(python, args, { ...place, maxBuffer: 2 ** 24, timeout, killSignal: 'SIGINT' })
  const { stdout } = await run.catch((failed) => {
    const late = failed.killed ? `did not end within ${timeout / 1000} s, and was interrupted. It printed:\n` : ''
    throw new Error(`${args.join(' ')} ${late}\n${failed.stdout}\n${failed.stderr}`)
  })
  return stdout
}
