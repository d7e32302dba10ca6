import {
  BACKEND_NAMES,
  type Backend,
  type BackendFinding,
  type BackendName,
  type CheckedProgram,
  checkLimits,
  chooseBackend,
  DEFAULT_LIMITS,
  type EXECUTION_STATUSES,
  type Execution,
  type ExecutionResult,
  type ExecutionStatus,
  type Files,
  filesAfter,
  type Language,
  LIMIT_RANGES,
  type Limits,
  type Output,
  type PoolSettings,
  type PoolStatus,
  type Program,
  problemOfPath,
  type RunSettings,
  SandboxPool,
  SandboxSession,
  type SessionSettings,
  type Worker,
  type WorkspaceChanges,
} from 'stepgym/sandbox'
import { expectTypeOf } from 'vitest'

/** Types of `stepgym/sandbox`. The compiler checks this file; it is never run. */

declare const backend: Backend
declare const worker: Worker
declare const checked: CheckedProgram
declare const result: ExecutionResult
const pool = new SandboxPool(backend, { size: 4, warm: 1 })

expectTypeOf(chooseBackend('auto')).resolves.toEqualTypeOf<Backend>()
expectTypeOf(backend.startWorker()).resolves.toEqualTypeOf<Worker>()
expectTypeOf<BackendFinding>().toHaveProperty('problem').toEqualTypeOf<string | null>()
expectTypeOf<BackendName>().toEqualTypeOf<'zygote' | 'gvisor' | 'pyodide'>()
expectTypeOf(BACKEND_NAMES).items.toEqualTypeOf<BackendName>()
expectTypeOf<Language>().toEqualTypeOf<'python' | 'javascript'>()
// @ts-expect-error: no such back end
void chooseBackend('docker')

expectTypeOf<PoolSettings>().toEqualTypeOf<{
  readonly size?: number
  readonly warm?: number
  readonly waiting?: number
}>()
expectTypeOf(pool.status).toEqualTypeOf<PoolStatus>()
expectTypeOf(pool.run({ main: 'print(1)' })).resolves.toEqualTypeOf<ExecutionResult>()
expectTypeOf(pool.run).parameter(1).toEqualTypeOf<RunSettings | undefined>()
expectTypeOf(pool.start([])).resolves.toEqualTypeOf<readonly Execution[]>()
// @ts-expect-error: a program has a main
void pool.run({ files: new Map() })
// @ts-expect-error: limits are numbers
void pool.run({ main: '', limits: { timeoutMs: '5 s' } })

expectTypeOf(new SandboxPool(backend)).toEqualTypeOf<SandboxPool>()
expectTypeOf(checked).toEqualTypeOf<CheckedProgram>()

const session = new SandboxSession(pool, { owner: 'episode', totalMs: 60_000 })
expectTypeOf<ConstructorParameters<typeof SandboxSession>[1]>().toEqualTypeOf<SessionSettings>()
expectTypeOf(session.leftMs).toBeNumber()
// @ts-expect-error: a session has one owner
void session.run({ main: '' }, { owner: 'another' })

expectTypeOf(worker.start(checked)).toEqualTypeOf<Execution>()
expectTypeOf(result.status).toEqualTypeOf<ExecutionStatus>()
expectTypeOf<(typeof EXECUTION_STATUSES)[number]>().toEqualTypeOf<ExecutionStatus>()
expectTypeOf(result.stdout).toEqualTypeOf<Output>()
expectTypeOf(result.workspace).toEqualTypeOf<WorkspaceChanges>()
expectTypeOf(result.workspace.changed).toEqualTypeOf<Files>()
// @ts-expect-error: results are data
result.exitCode = 0

expectTypeOf(checkLimits({ timeoutMs: 1 })).toEqualTypeOf<Limits>()
expectTypeOf(DEFAULT_LIMITS).toEqualTypeOf<Limits>()
expectTypeOf(LIMIT_RANGES.timeoutMs).toEqualTypeOf<readonly [least: number, most: number]>()
expectTypeOf(filesAfter(new Map(), result.workspace)).toEqualTypeOf<Files>()
expectTypeOf(problemOfPath('a/b')).toEqualTypeOf<string | null>()
expectTypeOf<Program['main']>().toEqualTypeOf<string | Uint8Array | { readonly file: string }>()
