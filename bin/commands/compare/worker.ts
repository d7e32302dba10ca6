import { parentPort, workerData } from 'node:worker_threads'
import { GymError, messageOf } from '../../../core/data/errors.ts'
import { runOnce } from '../../../evaluation/comparison/run.ts'
import { openSetting, type Setting } from '../../../evaluation/comparison/setting.ts'
import { warmStart } from '../../../evaluation/comparison/warm-start.ts'
import { pinKernel } from '../../pin-kernel.ts'
import type { Answer, Job, ThreadData } from './threads.ts'

pinKernel()
const { plan, userFolder }: ThreadData = workerData
const setting = openSetting(plan, { userFolder })
// What fails is the answer to the first job.
setting.catch(() => {})

parentPort?.on('message', async (job: Job) => {
  parentPort?.postMessage(await answerTo(job))
})

async function answerTo(job: Job): Promise<Answer> {
  try {
    return { kind: 'done', result: await resultOf(await setting, job) }
  } catch (thrown) {
    const code = thrown instanceof GymError ? thrown.code : null
    return { kind: 'failed', code, message: messageOf(thrown) }
  }
}

const resultOf = (opened: Setting, job: Job) =>
  job.kind === 'start' ? warmStart(opened, job.seed) : runOnce(opened, job.key, job.start)
