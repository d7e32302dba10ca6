import type { ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'
import { StringDecoder } from 'node:string_decoder'
import { fileURLToPath } from 'node:url'
import { GymError, messageOf } from '../../core/data/errors.ts'
import { isJsonObject } from '../../core/data/json.ts'
import { OneAnswer } from '../../core/data/one-answer.ts'
import { cut } from '../../core/data/shown.ts'
import type { Json, JsonObject } from '../../core/data/types.ts'
import { type ChildProgram, endChild, startChild } from '../../sandbox/child-process.ts'
import { messageIn, type Versions, versionsIn } from './answers.ts'
import type { GymnasiumEntry } from './entries.ts'

/** Bounds on what a bridge may take. */
export interface BridgeLimits {
  /** Milliseconds to start Python, to import, and to make an environment. */
  readonly startMs: number
  /** Milliseconds of one reset or step. */
  readonly callMs: number
}

/** Bytes of one answer. */
const MAX_BYTES = 16 * 2 ** 20
/** Milliseconds in which the output of a process that has ended is still read. */
const LAST_WORDS_MS = 100
/** Characters of the last that a process wrote to its standard error. */
const MAX_NOTES = 2000

const SCRIPT = fileURLToPath(new URL('python/bridge.py', import.meta.url))

/** The program of the bridge: the Python of the entry, which writes no files beside its modules. */
export const bridgeProgram = ({ python, env, inherit, cwd }: GymnasiumEntry): ChildProgram => ({
  command: python,
  args: ['-B', SCRIPT],
  env,
  inherit,
  ...(cwd !== null && { cwd }),
})

/** A process with environments of Gymnasium, one at a time. */
export interface GymnasiumProcess {
  /** Releases that play. */
  readonly versions: Versions
  /** Whether it takes requests. */
  readonly isRunning: boolean
  /**
   * Asks for something; one request at a time.
   * @param signal gives the answer up, and so the process
   * @returns The answer.
   * @throws Error where the process is lost, or the environment threw: the process is ended
   */
  ask(request: JsonObject, ms: number, signal?: AbortSignal): Promise<Json>
  /** Ends the process and everything that it started. */
  close(): Promise<void>
}

/**
 * A process that is spoken to over its standard input and output: a line of JSON is a request, a line of JSON its answer. Whatever
 * else it does (ends, answers late, with too much, with something else or unasked) loses it: it is ended.
 */
export class Bridge implements GymnasiumProcess {
  readonly #child: ChildProcess
  readonly #entry: GymnasiumEntry
  readonly #decoder = new StringDecoder('utf8')
  #versions: Versions = { gymnasium: '', python: '' }
  readonly #answer = new OneAnswer<JsonObject>()
  #parts: string[] = []
  #bytes = 0
  #number = 0
  #notes = ''
  #lost: string | null = null
  #ending: Promise<void> | null = null

  /**
   * Starts a process, which imports Gymnasium and the module of the entry.
   * @throws GymError CONFIG_INVALID where Python or Gymnasium is not there, or the module cannot be imported
   */
  static async start(entry: GymnasiumEntry, { startMs }: BridgeLimits, program = bridgeProgram(entry)) {
    const bridge = new Bridge(await startedBy(program), entry)
    await bridge.#greet(startMs)
    return bridge
  }

  private constructor(child: ChildProcess, entry: GymnasiumEntry) {
    this.#child = child
    this.#entry = entry
    const ended = (code: number | null, signal: string | null): void =>
      this.#lose(`it ended (${signal ?? `exit code ${code}`})`)
    child.once('close', ended)
    // What it started may keep its output open.
    child.once('exit', (code, signal) => setTimeout(() => ended(code, signal), LAST_WORDS_MS).unref())
    child.on('error', (error) => this.#lose(messageOf(error)))
    child.stdin?.on('error', (error) => this.#lose(messageOf(error)))
    child.stdout?.on('data', (bytes: Buffer) => this.#read(bytes)).on('error', (error) => this.#lose(messageOf(error)))
    child.stderr?.on('data', (bytes: Buffer) => {
      this.#notes = `${this.#notes}${bytes.toString('utf8')}`.slice(-MAX_NOTES)
    })
    // It does not keep this process alive: while an answer is waited for, the timer does.
    child.unref()
    for (const stream of [child.stdin, child.stdout, child.stderr]) if (stream instanceof Socket) stream.unref()
  }

  get versions(): Versions {
    return this.#versions
  }

  get isRunning(): boolean {
    return this.#lost === null
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  async ask(request: JsonObject, ms: number, signal?: AbortSignal): Promise<Json> {
    if (this.#answer.isAwaited) throw new Error('the Gymnasium process is busy with another request')
    const n = ++this.#number
    const giveUp = (): void => this.#lose('the request was given up')
    signal?.addEventListener('abort', giveUp, { once: true })
    try {
      const message = await this.#exchange({ n, ...request }, ms)
      if (typeof message.error === 'string') throw this.#end(`the environment failed: ${message.error}`)
      if (message.n === n && message.answer !== undefined) return message.answer
      throw this.#end('it answered with something that is not the answer to its request')
    } finally {
      signal?.removeEventListener('abort', giveUp)
    }
  }

  close(): Promise<void> {
    this.#lose('it was closed')
    return this.#ending ?? Promise.resolve()
  }

  async #greet(ms: number): Promise<void> {
    const { id, kwargs, module } = this.#entry
    const message = await this.#exchange({ id, kwargs, module }, ms).catch((thrown: unknown) => {
      throw new GymError('CONFIG_INVALID', `${messageOf(thrown)}${this.#written()}`, { cause: thrown })
    })
    const { ready, error } = message
    if (isJsonObject(ready)) {
      this.#versions = versionsIn(ready)
      return
    }
    this.#lose('it could not start')
    throw new GymError('CONFIG_INVALID', this.#missing(error ?? null, message.isMissing === true))
  }

  #missing(error: Json, isMissing: boolean): string {
    const { python, id } = this.#entry
    const advice = isMissing
      ? `install it with \`${python} -m pip install gymnasium\`, or name in \`python\` one that has it`
      : 'its field `module` is imported in its working folder and PYTHONPATH'
    return `environment ${id} cannot be opened by ${python}: ${typeof error === 'string' ? error : 'no reason'}: ${advice}`
  }

  #exchange(message: JsonObject, ms: number): Promise<JsonObject> {
    if (this.#lost !== null) return Promise.reject(this.#failure())
    this.#bytes = 0
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`)
    return this.#answer.within(ms, () => this.#lose(`it did not answer within ${ms} ms`))
  }

  #read(bytes: Buffer): void {
    this.#bytes += bytes.length
    if (this.#bytes > MAX_BYTES) this.#lose(`it wrote more than ${MAX_BYTES} bytes for one request`)
    if (!this.#answer.isAwaited) this.#lose('it wrote something that was not asked for')
    if (this.#lost !== null) return
    const [first = '', ...lines] = this.#decoder.write(bytes).split('\n')
    this.#parts.push(first)
    for (const line of lines) {
      this.#heard(this.#parts.join(''))
      this.#parts = [line]
    }
  }

  #heard(line: string): void {
    try {
      if (!this.#answer.give(messageIn(line))) throw new Error('it wrote something that was not asked for')
    } catch (thrown) {
      this.#lose(messageOf(thrown))
    }
  }

  /** The state of an environment that threw is unknown. */
  #end(reason: string): Error {
    this.#lose(reason)
    return this.#failure()
  }

  #lose(reason: string): void {
    this.#lost ??= reason
    this.#child.stdout?.destroy()
    this.#parts = []
    this.#answer.fail(this.#failure())
    this.#ending ??= endChild(this.#child)
  }

  #failure(): Error {
    return new Error(`the Gymnasium process is lost: ${this.#lost}`)
  }

  /** The last line that it wrote to standard error, for the operator. */
  #written(): string {
    const last = this.#notes.trim().split('\n').at(-1) ?? ''
    return last === '' ? '' : `; it wrote: ${cut(last, 500)}`
  }
}

/** @throws GymError CONFIG_INVALID */
async function startedBy(program: ChildProgram): Promise<ChildProcess> {
  try {
    return await startChild(program)
  } catch (thrown) {
    throw new GymError(
      'CONFIG_INVALID',
      `${program.command} cannot be started (${messageOf(thrown)}): install Python 3.10 or later, or name one in \`python\``,
      { cause: thrown },
    )
  }
}
