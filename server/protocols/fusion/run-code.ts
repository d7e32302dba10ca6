import { GymError } from '../../../core/data/errors.ts'
import type {
  ExecutionResult,
  Files,
  Language,
  Limits,
  Program,
  RunSettings,
  SandboxPool,
} from '../../../sandbox/index.ts'
import { filesAfter, problemOfPath } from '../../../sandbox/index.ts'
import { foldersOf } from '../../../sandbox/workspace.ts'
import type { Fields } from './fields.ts'

/** Body of `POST /run_code`. */
export interface RunCodeRequest {
  readonly code: string
  readonly language: Language
  readonly stdin: string | null
  /** Seconds of the program. */
  readonly runTimeout: number
  /** Seconds that a client waits longer than the program may take: nothing here is compiled. */
  readonly compileTimeout: number
  /** Null for the limit of the server. */
  readonly memoryMb: number | null
  /** Files of the workspace by path. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Paths of files to send back. */
  readonly fetchFiles: readonly string[]
}

/** Result of one command, in SandboxFusion's fields. */
export interface CommandResult {
  readonly status: 'Finished' | 'Error' | 'TimeLimitExceeded'
  /** Seconds. */
  readonly execution_time: number | null
  /** Negative for a signal; null where time was up. */
  readonly return_code: number | null
  readonly stdout: string | null
  readonly stderr: string | null
}

/** Answer to `POST /run_code`, in SandboxFusion's fields. */
export interface RunCodeResponse {
  readonly status: 'Success' | 'Failed' | 'SandboxError'
  /** Why the sandbox failed; empty otherwise. */
  readonly message: string
  readonly compile_result: CommandResult | null
  readonly run_result: CommandResult | null
  readonly executor_pod_name: string | null
  /** Fetched files that are there, base64 by the path that was asked for. */
  readonly files: Readonly<Record<string, string>>
}

/** What a server lets a program have. */
export interface FusionLimits {
  /** Seconds of a program, at most. */
  readonly runSeconds: number
  /** MiB of a program that names no limit of its own; the most that one may name. */
  readonly memoryMb: number
}

const MIB = 1024 * 1024
/** MiB that a program gets at least. */
export const LEAST_MEMORY_MB = 16

/** SandboxFusion's names of the languages that run here, and of aliases. */
export const LANGUAGES: Readonly<Record<string, Language>> = {
  python: 'python',
  nodejs: 'javascript',
  javascript: 'javascript',
  js: 'javascript',
}

/** Names of the languages of a pool. */
export const languagesOf = ({ backend }: Pick<SandboxPool, 'backend'>): readonly string[] =>
  Object.keys(LANGUAGES).filter((name) => backend.languages.includes(LANGUAGES[name] ?? 'python'))

export function readRunCode(
  fields: Fields,
  languages: readonly string[],
  { runSeconds, memoryMb }: FusionLimits,
): RunCodeRequest {
  const language = LANGUAGES[fields.oneOf('language', languages)] ?? 'python'
  const memory = fields.whole('memory_limit_MB', -1, memoryMb)
  return {
    code: fields.text('code'),
    language,
    stdin: fields.optionalText('stdin'),
    runTimeout: fields.seconds('run_timeout', 10, runSeconds),
    compileTimeout: fields.number('compile_timeout', 10, runSeconds),
    memoryMb: memory > 0 ? Math.max(LEAST_MEMORY_MB, memory) : null,
    files: fields.bytesByName('files', MOST_FILES),
    fetchFiles: fields.texts('fetch_files'),
  }
}

/** Seconds that clients wait longer than both time limits together; after them verl gives up (10), and so do we before. */
const SPARE_SECONDS = 8

/**
 * Runs a program to its end.
 * @throws GymError SANDBOX_BUSY where there was no room before its client stops to wait; SANDBOX_INVALID for a file that
 *   cannot be in a workspace
 */
export async function runCode(
  pool: Pick<SandboxPool, 'run'>,
  request: RunCodeRequest,
  limits: FusionLimits,
  settings: Pick<RunSettings, 'owner' | 'signal'>,
): Promise<RunCodeResponse> {
  const { runTimeout, compileTimeout, fetchFiles } = request
  const program = programOf(request, limits)
  const deadlineMs = 1000 * (Math.max(0, runTimeout) + Math.max(0, compileTimeout) + SPARE_SECONDS)
  try {
    const result = await pool.run(program, { ...settings, deadlineMs })
    if (result.status === 'cancelled') throw settings.signal?.reason ?? failed('the program was cancelled')
    return responseOf(result, fetched(filesAfter(program.files, result.workspace), fetchFiles), program.limits)
  } catch (thrown) {
    if (thrown instanceof GymError && thrown.code === 'SANDBOX_FAILED') return sandboxError(thrown.message)
    throw thrown
  }
}

const failed = (message: string): GymError => new GymError('SANDBOX_FAILED', message)

type FusionProgram = Program & { readonly files: NonNullable<Program['files']>; readonly limits: Partial<Limits> }

function programOf(request: RunCodeRequest, { memoryMb }: FusionLimits): FusionProgram {
  const { language, code, stdin, runTimeout } = request
  const given = workspaceFiles(request.files)
  const file = freeName(given, language === 'python' ? 'py' : 'js')
  const files = new Map([...given.set(file, Buffer.from(code))].sort(([a], [b]) => (a < b ? -1 : 1)))
  return {
    language,
    main: { file },
    stdin: stdin ?? '',
    files,
    limits: {
      ...ROOM,
      timeoutMs: Math.max(1, Math.ceil(1000 * runTimeout)),
      memoryBytes: MIB * (request.memoryMb ?? memoryMb),
    },
  }
}

const MOST_FILES = 4096
/** Bytes of the files of one answer, as of a workspace. */
const MOST_FETCHED = 64 * MIB

/** Bounds that SandboxFusion does not have; of memory, as files are in memory. */
const ROOM: Partial<Limits> = {
  outputBytes: 8 * MIB,
  processes: 64,
  workspaceBytes: MOST_FETCHED,
  workspaceFiles: MOST_FILES,
  fileBytes: 64 * MIB,
  openFiles: 240,
}

/** Files by their path in the workspace. @throws GymError SANDBOX_INVALID also for two spellings of one path */
function workspaceFiles(files: RunCodeRequest['files']): Map<string, Uint8Array> {
  const given = new Map<string, Uint8Array>()
  for (const [path, bytes] of files) {
    const own = workspacePath(path)
    if (given.has(own))
      throw new GymError(
        'SANDBOX_INVALID',
        `the file ${JSON.stringify(own)} is given twice, also as ${JSON.stringify(path)}`,
      )
    given.set(own, bytes)
  }
  return given
}

/** Path in the workspace, which is the working folder of the program. @throws GymError SANDBOX_INVALID */
function workspacePath(path: string): string {
  const relative = path.replace(/^\/workspace\//, '').replace(/^(\.\/+)+/, '')
  const problem = problemOfPath(relative)
  if (problem !== null) throw new GymError('SANDBOX_INVALID', `the file ${JSON.stringify(path)} ${problem}`)
  return relative
}

/** Name of the file that holds the code, beside the files and folders that came with it. */
function freeName(files: Files, extension: string): string {
  const folders = foldersOf(files)
  for (let number = 0; ; number++) {
    const name = `main${number === 0 ? '' : number}.${extension}`
    if (!files.has(name) && !folders.has(name)) return name
  }
}

/**
 * Files of an answer, in base64. Paths may be other spellings of one file, which the answer then holds more than once.
 * @throws GymError SANDBOX_INVALID where they are more bytes together than a workspace has
 */
function fetched(files: ReadonlyMap<string, Uint8Array>, paths: readonly string[]): Readonly<Record<string, string>> {
  const found = [...new Set(paths)].flatMap((path) => {
    const bytes = files.get(workspacePath(path))
    return bytes === undefined ? [] : [[path, bytes] as const]
  })
  const total = found.reduce((sum, [, bytes]) => sum + bytes.length, 0)
  if (total > MOST_FETCHED)
    throw new GymError('SANDBOX_INVALID', `fetch_files names ${total} bytes; at most ${MOST_FETCHED} together`)
  return Object.fromEntries(found.map(([path, bytes]) => [path, Buffer.from(bytes).toString('base64')]))
}

function responseOf(
  result: ExecutionResult,
  files: Readonly<Record<string, string>>,
  limits: Partial<Limits>,
): RunCodeResponse {
  const run = commandResult(result, limits)
  const status = run.status === 'Finished' && run.return_code === 0 ? 'Success' : 'Failed'
  return { status, message: '', compile_result: null, run_result: run, executor_pod_name: null, files }
}

const SIGKILL = 9

function commandResult(result: ExecutionResult, limits: Partial<Limits>): CommandResult {
  const { status, exitCode, signal, durationMs, stdout, stderr } = result
  const hasTime = status !== 'timeout'
  return {
    status: hasTime ? 'Finished' : 'TimeLimitExceeded',
    execution_time: durationMs / 1000,
    return_code: hasTime ? (exitCode ?? -(signal ?? SIGKILL)) : null,
    stdout: stdout.text,
    stderr: `${stderr.text}${endOf(status, limits)}`,
  }
}

/** Line of standard error that says which limit ended the program: the form of the answer has no place for it. */
function endOf(status: ExecutionResult['status'], { memoryBytes = 0, outputBytes }: Partial<Limits>): string {
  if (status === 'memory') return `\nended by the sandbox: more than ${memoryBytes / MIB} MiB of memory\n`
  return status === 'output' ? `\nended by the sandbox: more than ${outputBytes} bytes of output\n` : ''
}

const sandboxError = (message: string): RunCodeResponse => ({
  status: 'SandboxError',
  message,
  compile_result: null,
  run_result: null,
  executor_pod_name: null,
  files: {},
})
