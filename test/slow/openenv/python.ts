import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** The release that clients are taken from. */
export const OPENENV = 'openenv==0.10.0'

/** Kept between runs: what is installed there is large, and never changes. */
const FOLDER = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'stepgym', OPENENV.replace('==', '-'))
const DONE = join(FOLDER, 'installed')
const PYTHON = join(FOLDER, 'bin', 'python')

/** A Python that has OpenEnv, installed into a virtual environment of its own where it is not there yet. */
export async function pythonWithOpenEnv(): Promise<string> {
  if (existsSync(DONE)) return PYTHON
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  await execute('python3', ['-m', 'venv', FOLDER])
  await execute(PYTHON, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', OPENENV], {
    maxBuffer: 2 ** 24,
  })
  writeFileSync(DONE, '')
  return PYTHON
}

/** What a script prints, as JSON. @throws Error with what it wrote where it fails. */
export async function printedBy(python: string, script: string, ...args: readonly string[]): Promise<unknown> {
  const { stdout } = await execute(python, [script, ...args], { maxBuffer: 2 ** 24, timeout: 120_000 })
  return JSON.parse(stdout)
}

/** Without Python there is nothing to test; where everything is checked, that is a failure. */
export function hasPython(): boolean {
  try {
    execFileSync('python3', ['-m', 'venv', '--help'], { stdio: 'ignore' })
    return true
  } catch {
    return process.env.CI !== undefined
  }
}
