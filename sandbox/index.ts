export type { BackendFinding } from './backends.ts'
export { chooseBackend } from './backends.ts'
export type { PoolSettings, PoolStatus, RunSettings } from './pool.ts'
export { SandboxPool } from './pool.ts'
export { checkLimits, DEFAULT_LIMITS, LIMIT_RANGES } from './program.ts'
export type { SessionSettings } from './session.ts'
export { SandboxSession } from './session.ts'
export type {
  Backend,
  BackendName,
  CheckedProgram,
  Execution,
  ExecutionResult,
  ExecutionStatus,
  Files,
  Language,
  Limits,
  Output,
  Program,
  Worker,
  WorkspaceChanges,
} from './types.ts'
export { BACKEND_NAMES, EXECUTION_STATUSES } from './types.ts'
export { filesAfter, problemOfPath } from './workspace.ts'
