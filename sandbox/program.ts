import { GymError } from '../core/data/errors.ts'
import { shown } from '../core/data/shown.ts'
import type { CheckedProgram, Files, Language, Limits, Program } from './types.ts'
import { checkFiles } from './workspace.ts'

const MIB = 1024 * 1024

/** Limits of an execution that names none of its own. */
export const DEFAULT_LIMITS: Limits = {
  timeoutMs: 5000,
  memoryBytes: 256 * MIB,
  outputBytes: 64 * 1024,
  processes: 16,
  workspaceBytes: 16 * MIB,
  workspaceFiles: 512,
  fileBytes: 8 * MIB,
  openFiles: 64,
  messageBytes: 16 * MIB,
}

/** Smallest and largest value of each limit. */
export const LIMIT_RANGES: Readonly<Record<keyof Limits, readonly [least: number, most: number]>> = {
  timeoutMs: [1, 3_600_000],
  memoryBytes: [16 * MIB, 64 * 1024 * MIB],
  outputBytes: [0, 64 * MIB],
  processes: [1, 1024],
  workspaceBytes: [4096, 1024 * MIB],
  workspaceFiles: [1, 65_536],
  fileBytes: [0, 1024 * MIB],
  openFiles: [16, 240],
  messageBytes: [0, 1024 * MIB],
}

const LANGUAGES: readonly Language[] = ['python', 'javascript']
const MOST_ARGS = 1000
const MOST_ARG_BYTES = 100_000

/**
 * A program with defaults filled in. Its source may be anything: what is not a program fails when it runs.
 * @throws GymError SANDBOX_INVALID for a limit out of range, a file that cannot be in a workspace, and the like
 */
export function checkProgram({
  language = 'python',
  main,
  args = [],
  stdin = '',
  files = new Map(),
  limits,
}: Program): CheckedProgram {
  if (!LANGUAGES.includes(language)) throw invalid(`no language ${shown(language)}: ${LANGUAGES.join(' or ')}`)
  const checked = checkLimits(limits)
  checkArgs(args)
  checkFiles(files, checked)
  return { language, main: mainOf(main, files), args, stdin: bytesOf(stdin), files, limits: checked }
}

/** Limits with defaults filled in. @throws GymError SANDBOX_INVALID for an unknown limit, or a value out of range */
export function checkLimits(limits: Partial<Limits> = {}): Limits {
  for (const [name, value] of Object.entries(limits)) {
    const range = Object.entries(LIMIT_RANGES).find(([known]) => known === name)?.[1]
    if (range === undefined) throw invalid(`no limit ${shown(name)}: there are ${Object.keys(LIMIT_RANGES).join(', ')}`)
    if (!Number.isInteger(value) || value < range[0] || value > range[1])
      throw invalid(`${name} is a whole number from ${range[0]} to ${range[1]}, not ${shown(value)}`)
  }
  return { ...DEFAULT_LIMITS, ...limits }
}

function checkArgs(args: readonly string[]): void {
  const problem = problemOfArgs(args)
  if (problem !== null) throw invalid(problem)
}

/** Why a program cannot have these arguments; null where it can. */
export function problemOfArgs(args: readonly string[]): string | null {
  const bytes = args.reduce((sum, each) => sum + Buffer.byteLength(each) + 1, 0)
  if (args.length > MOST_ARGS || bytes > MOST_ARG_BYTES)
    return `at most ${MOST_ARGS} arguments of ${MOST_ARG_BYTES} bytes in all`
  return args.some((each) => each.includes('\0')) ? 'an argument has no null character' : null
}

function mainOf(main: Program['main'], files: Files): CheckedProgram['main'] {
  if (typeof main === 'string' || main instanceof Uint8Array) return { name: '<program>', source: bytesOf(main) }
  const source = files.get(main.file)
  if (source === undefined) throw invalid(`the program ${shown(main.file)} is not among its files`)
  return { name: main.file, source }
}

const bytesOf = (text: string | Uint8Array): Uint8Array => (typeof text === 'string' ? Buffer.from(text) : text)

const invalid = (message: string): GymError => new GymError('SANDBOX_INVALID', message)
