import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { closeAfterTest } from '../cleanup.ts'
import { newFolder } from '../folder.ts'
import { freePort } from '../free-port.ts'

/** Whether a broker is installed: where it is not, its tests are skipped. */
export const hasNatsServer: boolean = spawnSync('nats-server', ['--version']).status === 0

/** A broker in a process of its own, which can be killed, paused and started again. */
export class Broker {
  readonly port: number
  readonly #folder = newFolder()
  readonly #options: readonly string[]
  #process: ChildProcess | null = null

  constructor(port: number, options: readonly string[] = ['-js']) {
    this.port = port
    this.#options = options
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    const folder = this.#options.includes('-js') ? ['-sd', this.#folder] : []
    const address = ['-a', '127.0.0.1', '-p', `${this.port}`]
    this.#process = spawn('nats-server', [...address, ...this.#options, ...folder], { stdio: 'ignore' })
    while (!(await accepts(this.port))) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal)
  }

  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const running = this.#process
    this.#process = null
    if (!running || running.exitCode !== null) return
    const ended = new Promise((resolve) => running.once('exit', resolve))
    running.kill(signal)
    await ended
  }
}

/** A broker for the rest of the test. */
export async function startedBroker(options?: readonly string[]): Promise<Broker> {
  const broker = new Broker(await freePort(), options)
  await broker.start()
  closeAfterTest(() => broker.stop())
  return broker
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
