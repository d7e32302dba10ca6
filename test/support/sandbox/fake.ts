import { GymError } from '../../../core/data/errors.ts'
import type { Backend, CheckedProgram, Execution, ExecutionResult, Worker } from '../../../sandbox/types.ts'

/** A program that runs in a `FakeBackend` until the test ends it. */
export interface FakeRun {
  readonly program: CheckedProgram
  readonly worker: number
  finish(result?: Partial<ExecutionResult>): void
  /** Its worker dies. */
  break(): void
}

/** Workers without processes: each program waits for the test. */
export class FakeBackend implements Backend {
  readonly name = 'zygote'
  readonly languages = ['python'] as const
  readonly versions = {}
  readonly runs: FakeRun[] = []
  /** Set to make every further start fail. */
  problem: string | null = null
  /** Starts that fail, from now on. */
  failures = 0
  readonly #isReusable: boolean
  started = 0

  constructor(isReusable = true) {
    this.#isReusable = isReusable
  }

  async startWorker(): Promise<Worker> {
    if (this.problem !== null) throw new GymError('SANDBOX_UNAVAILABLE', this.problem)
    if (this.failures-- > 0) throw new GymError('SANDBOX_UNAVAILABLE', 'it was killed while it started')
    const number = ++this.started
    let hasEnded: (why: string) => void = () => {}
    const ended = new Promise<string>((resolve) => {
      hasEnded = resolve
    })
    return {
      isReusable: this.#isReusable,
      pid: 100_000 + number,
      ended,
      end: async () => hasEnded('ended'),
      start: (program) => this.#execution(program, number, () => hasEnded('died')),
    }
  }

  /** Source texts of what has been started, in order. */
  get sources(): readonly string[] {
    return this.runs.map(({ program }) => Buffer.from(program.main.source).toString())
  }

  #execution(program: CheckedProgram, worker: number, die: () => void): Execution {
    let finish: FakeRun['finish'] = () => {}
    let fail = (): void => {}
    const result = new Promise<ExecutionResult>((resolve, reject) => {
      finish = (more = {}) => resolve({ ...RESULT, ...more })
      fail = () => {
        die()
        reject(new GymError('SANDBOX_FAILED', 'the worker died'))
      }
    })
    this.runs.push({ program, worker, finish, break: fail })
    return {
      result,
      send: () => {},
      receive: async () => null,
      cancel: () => finish({ status: 'cancelled', exitCode: null }),
    }
  }
}

const RESULT: ExecutionResult = {
  status: 'ok',
  exitCode: 0,
  signal: null,
  stdout: { text: '', isTruncated: false },
  stderr: { text: '', isTruncated: false },
  workspace: { changed: new Map(), removed: [], skipped: new Map() },
  durationMs: 1,
  cpuMs: 1,
  peakBytes: 1,
  backend: 'zygote',
}
