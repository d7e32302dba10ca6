import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** The release that clients are taken from. */
export const OPENENV = 'openenv==0.10.0'

/** Milliseconds that the installation of a package may take: some have gigabytes. */
export const INSTALL_MS = 20 * 60_000

/** Kept between runs: what is installed there is large, and never changes. */
export const cacheFolder = (name: string): string =>
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'stepgym', name)

/**
 * A Python that has a release of a package, installed into a virtual environment of its own where it is not there yet.
 * @param others requirements installed beside it: the same wherever the release is used, as there is one environment of it
 */
export async function pythonWith(requirement: string, ...others: readonly string[]): Promise<string> {
  const folder = cacheFolder(requirement.replace('==', '-'))
  const [done, python] = [join(folder, 'installed'), join(folder, 'bin', 'python')]
  const wanted = [requirement, ...others].join('\n')
  await alone(folder, async () => {
    if (existsSync(done) && readFileSync(done, 'utf8') === wanted) return
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    await execute('python3', ['-m', 'venv', folder])
    await installed(python, [requirement, ...others])
    writeFileSync(done, wanted)
  })
  return python
}

/** @throws Error that names the packages where they are not installed in time, or cannot be */
async function installed(python: string, packages: readonly string[]): Promise<void> {
  const limits = { maxBuffer: 2 ** 24, timeout: INSTALL_MS }
  await execute(python, ['-m', 'pip', 'install', ...QUIET, ...packages], limits).catch((failed) => {
    const late = failed.killed ? ` within ${INSTALL_MS / 60_000} minutes` : ''
    throw new Error(`${packages.join(' ')} could not be installed${late}:\n${failed.stderr}`)
  })
}

/** Does work on a folder while no other test file does: the others wait. */
async function alone(folder: string, work: () => Promise<void>): Promise<void> {
  const lock = `${folder}.lock`
  mkdirSync(dirname(lock), { recursive: true })
  while (!isTaken(lock)) await sleep(500)
  try {
    await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

/** Whether this process has taken the lock: that of a process which has ended is removed. */
function isTaken(lock: string): boolean {
  try {
    writeFileSync(lock, `${process.pid}`, { flag: 'wx' })
    return true
  } catch {
    if (isAbandoned(lock)) rmSync(lock, { force: true })
    return false
  }
}

function isAbandoned(lock: string): boolean {
  try {
    const owner = Number(readFileSync(lock, 'utf8'))
    return owner > 0 && !existsSync(`/proc/${owner}`)
  } catch {
    return false
  }
}

const QUIET = ['--quiet', '--disable-pip-version-check']

/** Folder with the files of a release of a package, without what it needs. */
export async function wheelOf(python: string, requirement: string): Promise<string> {
  const folder = cacheFolder(`${requirement.replace('==', '-')}-wheel`)
  const done = join(folder, 'unpacked')
  if (existsSync(done)) return folder
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await execute(python, [
    '-m',
    'pip',
    'download',
    ...QUIET,
    '--no-deps',
    '--ignore-requires-python',
    '--dest',
    folder,
    requirement,
  ])
  const [wheel = ''] = readdirSync(folder).filter((name) => name.endsWith('.whl'))
  await execute(python, ['-m', 'zipfile', '-e', join(folder, wheel), folder])
  writeFileSync(done, '')
  return folder
}

export const pythonWithOpenEnv = (): Promise<string> => pythonWith(OPENENV)

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
