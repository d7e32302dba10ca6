import { describedBackend } from '../backends.ts'
import type { RunSettings, SandboxPool } from '../pool.ts'
import { SandboxSession } from '../session.ts'
import { sharedPool } from '../shared-pool.ts'
import type { BackendName, ExecutionResult, Program } from '../types.ts'

/** Options of an environment whose episodes run programs. */
export interface ProgramOptions {
  /** Milliseconds of the programs and tests of one step that run before its reply. */
  readonly stepMs: number
  /** Milliseconds of the programs and tests of all steps. */
  readonly episodeMs: number
  /** Back end of the sandbox; `auto` for the strongest of the machine. */
  readonly backend: string
}

/** A state whose episode runs programs. */
interface TaskState {
  /** Number of the task over all splits. */
  readonly task: number
}

/** The option whose time is used up: that of one step, or of the episode. */
export type UsedUp = 'stepMs' | 'episodeMs'

/** Programs of one episode, which have its time. The sandbox opens with the first one: a replay needs none. */
export class EpisodePrograms {
  readonly #options: ProgramOptions
  readonly #owner: string
  #session: Promise<SandboxSession> | null = null

  /** Programs of one group take turns with those of others. */
  constructor(options: ProgramOptions, task: number) {
    this.#options = options
    this.#owner = `task ${task}`
  }

  /** The programs of one step. */
  step(): StepPrograms {
    const { stepMs: totalMs } = this.#options
    const open = async () => new SandboxSession(await this.#time(), { owner: this.#owner, totalMs })
    return new StepPrograms(this, open)
  }

  /** Runs a program that uses no time of the episode. @throws GymError as `SandboxPool.run` does */
  async run(program: Program, settings: RunSettings): Promise<ExecutionResult> {
    return (await this.#pool()).run(program, { ...settings, owner: this.#owner })
  }

  /** The back end, as results are recorded with it. */
  async backend(): Promise<string> {
    return describedBackend((await this.#pool()).backend)
  }

  async isUsedUp(): Promise<boolean> {
    return (await this.#time()).leftMs <= 0
  }

  #pool(): Promise<SandboxPool> {
    return sharedPool(this.#options.backend as BackendName | 'auto')
  }

  #time(): Promise<SandboxSession> {
    this.#session ??= this.#pool().then(
      (pool) => new SandboxSession(pool, { owner: this.#owner, totalMs: this.#options.episodeMs }),
    )
    return this.#session
  }
}

/** Programs of one step, which have its time and that of the episode. */
export class StepPrograms {
  /** For what is judged at the end, whatever time the agent's programs have used. */
  readonly episode: EpisodePrograms
  readonly #open: () => Promise<SandboxSession>
  #session: Promise<SandboxSession> | null = null

  constructor(episode: EpisodePrograms, open: () => Promise<SandboxSession>) {
    this.episode = episode
    this.#open = open
  }

  /** @throws GymError as `SandboxPool.run` does */
  async run(program: Program, settings: RunSettings): Promise<ExecutionResult> {
    this.#session ??= this.#open()
    return (await this.#session).run(program, settings)
  }

  /** Whose time is used up; null where there is some left. */
  async usedUp(): Promise<UsedUp | null> {
    if (await this.episode.isUsedUp()) return 'episodeMs'
    return this.#session !== null && (await this.#session).leftMs <= 0 ? 'stepMs' : null
  }
}

/** Time is no part of a state, which depends on actions alone: a fork and a restored episode begin with all of it. */
const known = new WeakMap<TaskState, EpisodePrograms>()

export const programsOf = (state: TaskState, options: ProgramOptions): EpisodePrograms =>
  known.get(state) ?? new EpisodePrograms(options, state.task)

/** The state, with the programs of its episode. */
export function withPrograms<State extends TaskState>(state: State, programs: EpisodePrograms): State {
  known.set(state, programs)
  return state
}

/** Another state of the same episode. */
export function continued<State extends TaskState>(before: TaskState, state: State): State {
  const programs = known.get(before)
  return programs === undefined ? state : withPrograms(state, programs)
}
