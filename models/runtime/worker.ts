import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '../../core/data/errors.ts'
import { CLOSE, type ReplyMessage, type RequestMessage, type ThreadStart } from './messages.ts'

/** Thread of one device: requests in order, one at a time. What onnxruntime computes blocks this thread alone. */
async function serve({ closing, ...settings }: ThreadStart): Promise<void> {
  const { openDevice } = await import('./sessions.ts')
  const device = await openDevice(settings)
  const answer = async ({ id, request }: RequestMessage): Promise<void> => {
    try {
      reply({ id, result: await device.handle(request) })
    } catch (thrown) {
      reply({ id, problem: messageOf(thrown) })
    }
  }
  let last: Promise<void> = Promise.resolve()
  parentPort?.on('message', (message: RequestMessage | typeof CLOSE) => {
    last = last.then(() => (message === CLOSE || Atomics.load(closing, 0) === 1 ? process.exit() : answer(message)))
  })
  reply({ id: null, ready: device.version })
}

const reply = (message: ReplyMessage): void => parentPort?.postMessage(message)

serve(workerData).catch((thrown: unknown) => reply({ id: null, problem: messageOf(thrown) }))
