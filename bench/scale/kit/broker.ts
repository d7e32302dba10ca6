import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { natsBus } from '../../../server/shards/nats/bus.ts'

/** A broker of its own for a benchmark, and a folder for what is written. */
export interface BenchBroker {
  readonly url: string
  readonly folder: string
  stop(): void
}

/** Share of the work that is done: less to try a benchmark, as in BENCH_SHARE=0.02. */
export const SHARE = Number(process.env.BENCH_SHARE ?? 1)

/** Null, after a line that says so, where none is installed. */
export async function benchBroker(): Promise<BenchBroker | null> {
  if (spawnSync('nats-server', ['--version']).status !== 0) {
    console.log('skipped: install nats-server')
    return null
  }
  const folder = mkdtempSync(join(tmpdir(), 'stepgym-scale-'))
  const port = await freePort()
  const args = ['-a', '127.0.0.1', '-p', `${port}`, '-js', '-sd', join(folder, 'broker')]
  const broker = spawn('nats-server', args, { stdio: 'ignore' })
  const url = `nats://127.0.0.1:${port}`
  while (!(await answers(url))) await sleep(50)
  return {
    ...{ url, folder },
    stop() {
      broker.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const answers = (url: string): Promise<boolean> =>
  natsBus(url).then(
    (bus) => bus.close().then(() => true),
    () => false,
  )

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
