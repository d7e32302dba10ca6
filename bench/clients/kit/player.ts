import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import { PYTHON } from '../../wire/kit/openenv.ts'
import { cpuMicroseconds } from '../../wire/kit/processes.ts'

/** A way of `play.py` to play, and where. */
export interface Way {
  readonly name: string
  /** Function of `play.py`. */
  readonly way: string
  /** Address of the environment. */
  readonly url: string
  /** Episodes at a time. */
  readonly episodes: number
  readonly server: ChildProcess
}

/** What one round of a way was. */
export interface Round {
  readonly stepsPerSecond: number
  /** Milliseconds of a step, or of a vector's, as its caller waits for it. */
  readonly p50: number
  readonly p99: number
  /** Microseconds of processor time a step. */
  readonly clientTime: number
  readonly serverTime: number
}

interface Printed {
  readonly steps: number
  readonly seconds: number
  readonly cpu: number
  readonly p50: number
  readonly p99: number
}

const SOURCES = join(import.meta.dirname, '../../../clients/python/src')

/** A Python process with all its connections open, which plays whenever it is asked to. */
export class Player {
  readonly #process: ChildProcess
  readonly #lines: Interface
  readonly #way: Way

  private constructor(process: ChildProcess, lines: Interface, way: Way) {
    this.#process = process
    this.#lines = lines
    this.#way = way
  }

  static async of(way: Way): Promise<Player> {
    const args = [join(import.meta.dirname, 'play.py'), way.way, way.url, `${way.episodes}`]
    const env = { ...process.env, PYTHONPATH: SOURCES, PYTHONDONTWRITEBYTECODE: '1' }
    const child = spawn(PYTHON, args, { stdio: ['pipe', 'pipe', 'inherit'], env })
    const player = new Player(child, createInterface({ input: child.stdout }), way)
    await player.#line()
    return player
  }

  async play(seconds: number): Promise<Round> {
    const before = cpuMicroseconds(this.#way.server)
    const answer = this.#line()
    this.#process.stdin?.write(`${seconds}\n`)
    const { steps, seconds: took, cpu, p50, p99 }: Printed = JSON.parse(await answer)
    const serverTime = (cpuMicroseconds(this.#way.server) - before) / steps
    return { stepsPerSecond: steps / took, p50, p99, clientTime: (cpu / steps) * 1e6, serverTime }
  }

  stop(): void {
    this.#process.kill('SIGKILL')
  }

  /** Next line that the process prints. @throws Error where it ends instead */
  async #line(): Promise<string> {
    const ended = once(this.#process, 'exit').then(([code]) => {
      throw new Error(`${this.#way.name}: the process ended with ${code}`)
    })
    const [line] = await Promise.race([once(this.#lines, 'line'), ended])
    return String(line)
  }
}
