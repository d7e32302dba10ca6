import { type ChildProcess, fork } from 'node:child_process'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GymError } from '../../../core/data/errors.ts'
import { parseJson } from '../../../core/data/json.ts'
import type { Cli } from '../../cli.ts'
import { onOneLine } from '../../terminal/text-sink.ts'
import type { ServeChoice } from './prepare.ts'

/** What a worker has of the process that started it. */
export interface WorkerTask {
  readonly index: number
  readonly count: number
  /** Address of all workers, for clients. */
  readonly url: string
}

/** Environment variable that has the task of a worker, as JSON; unlike those of users, which begin with STEPGYM. */
const TASK = 'WORKER_OF_STEPGYM'

/** The task of this process, where it is a worker; null where it is not. */
export function workerTask({ variables }: Pick<Cli, 'variables'>): WorkerTask | null {
  const text = variables[TASK]
  if (text === undefined || process.send === undefined) return null
  const task = parseJson(text)
  if (isTask(task)) return task
  throw new GymError('CONFIG_INVALID', `${TASK} is set by stepgym serve --workers alone: unset it`)
}

const isTask = (value: unknown): value is WorkerTask =>
  typeof value === 'object' && value !== null && 'index' in value && 'count' in value && 'url' in value

/** Folder of the runs of a worker within that of all. */
export const workerFolder = (record: string, index: number): string => join(record, `worker-${index}`)

/**
 * Serves by several processes behind one address, until the interrupt.
 * @throws GymError ADDRESS_TAKEN, CONFIG_INVALID
 */
export async function serveByWorkers(count: number, choice: ServeChoice, cli: Cli, signal: AbortSignal): Promise<void> {
  const { listenRouter, WorkerPool } = await import('../../../server/workers/index.ts')
  const { host, port, tokens, hosts, origins, limits } = choice
  let url = ''
  const pool = new WorkerPool({
    count,
    fork: (index) => forked(cli, { index, count, url }),
    onLost: (index, how) => void cli.err.write(`${onOneLine(`worker ${index} ended (${how}): starting another`)}\n`),
  })
  const admission = { tokens, origins, ...(hosts && { hosts }) }
  const router = await listenRouter({ host, port, limits, workers: pool.workers, ...admission })
  url = router.url
  try {
    await pool.start()
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  } finally {
    await Promise.all([pool.stop(), router.close()])
  }
}

/** This command line again, in a process of its own. */
function forked({ variables }: Pick<Cli, 'variables'>, task: WorkerTask): ChildProcess {
  const own = fileURLToPath(import.meta.url)
  const program = join(own, '..', '..', '..', `stepgym${extname(own)}`)
  const env = { ...variables, [TASK]: JSON.stringify(task) }
  return fork(program, process.argv.slice(2), { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}
