import { parentPort, workerData } from 'node:worker_threads'
import { GymError, messageOf } from '../../core/data/errors.ts'
import { estimators } from '../../registry/index.ts'
import { RunCredit } from '../data/credit.ts'
import { RunShelf } from '../data/shelf.ts'
import { answerTo } from '../http/routes.ts'
import { KeptAnswers } from '../kept/kept-answers.ts'
import type { ThreadReply, ThreadRequest, ThreadStart } from './messages.ts'

/* The thread that reads runs for a server: what it reads keeps no episode of the server waiting. */

const { folders, userFolder }: ThreadStart = workerData
const library = {
  shelf: new RunShelf(folders, { mayBeEmpty: true }),
  credit: new RunCredit(estimators({ userFolder })),
  kept: new KeptAnswers(),
  isLive: true,
}

async function replyTo({ id, segments, query, role }: ThreadRequest): Promise<ThreadReply> {
  try {
    const answer = await answerTo(library, { segments, query: new URLSearchParams(query), role })
    return { id, body: new TextEncoder().encode(JSON.stringify(answer)) }
  } catch (thrown) {
    return { id, code: thrown instanceof GymError ? thrown.code : null, message: messageOf(thrown) }
  }
}

parentPort?.on('message', (request: ThreadRequest) => {
  void replyTo(request).then((reply) => parentPort?.postMessage(reply))
})
