import type { RunSettings, SandboxPool } from './pool.ts'
import { DEFAULT_LIMITS } from './program.ts'
import type { ExecutionResult, Program } from './types.ts'

/** Whose programs they are, and the time that they have together. */
export interface SessionSettings {
  readonly owner: string
  /** Milliseconds that all programs together may run. Their time in the queue, which is not theirs, does not count. */
  readonly totalMs: number
}

/** Programs of one episode, or of one of its steps: their own turn in the queue, and a total time. */
export class SandboxSession {
  readonly #pool: Pick<SandboxPool, 'run' | 'backend'>
  readonly #owner: string
  #leftMs: number

  /** @param pool or a session, whose time the programs use as well */
  constructor(pool: Pick<SandboxPool, 'run' | 'backend'>, { owner, totalMs }: SessionSettings) {
    this.#pool = pool
    this.#owner = owner
    this.#leftMs = totalMs
  }

  get backend(): SandboxPool['backend'] {
    return this.#pool.backend
  }

  /** Milliseconds that are left. */
  get leftMs(): number {
    return this.#leftMs
  }

  /**
   * Runs a program for the time that it has and that is left. One that has no time left is not started: it is a
   * `timeout`, as one that used it up.
   * @throws GymError as `SandboxPool.run` does
   */
  async run(program: Program, settings: Omit<RunSettings, 'owner'> = {}): Promise<ExecutionResult> {
    if (this.#leftMs <= 0) return this.#unstarted()
    const { limits } = program
    const timeoutMs = Math.min(Math.ceil(this.#leftMs), limits?.timeoutMs ?? DEFAULT_LIMITS.timeoutMs)
    const given = { ...program, limits: { ...limits, timeoutMs } }
    const result = await this.#pool.run(given, { ...settings, owner: this.#owner })
    this.#leftMs = Math.max(0, this.#leftMs - usedMs(result, timeoutMs))
    return result
  }

  #unstarted(): ExecutionResult {
    const { name: backend } = this.backend
    const workspace = { changed: new Map(), removed: [], skipped: new Map() }
    const measures = { durationMs: 0, cpuMs: 0, peakBytes: 0 }
    const outputs = { stdout: NO_OUTPUT, stderr: NO_OUTPUT }
    return { status: 'timeout', exitCode: null, signal: null, ...outputs, workspace, ...measures, backend }
  }
}

const NO_OUTPUT = Object.freeze({ text: '', isTruncated: false })

/** What is measured of a program may be a little less than the time that it was ended at. */
const usedMs = ({ status, durationMs }: ExecutionResult, timeoutMs: number): number =>
  status === 'timeout' ? Math.max(timeoutMs, durationMs) : durationMs
