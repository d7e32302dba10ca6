import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { RunState } from '../answers/run.ts'
import { isBeingWritten } from '../data/run-files.ts'
import { HEADERS } from '../http/reply.ts'
import { eventOf } from './event.ts'
import type { RunEvent } from './lines.ts'
import { RunTail } from './tail.ts'

/** Milliseconds between two looks at a run that is being written. */
const PERIOD_MS = 250

/**
 * Sends the lines of a run after the first `after` of them, as they are written, until nothing writes it any more. A reader
 * that is behind misses nothing: the next lines are read when it can take them.
 */
export async function feedEvents(response: ServerResponse, folder: string, after: number): Promise<void> {
  const headers = { ...HEADERS, 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' }
  response.writeHead(200, headers).flushHeaders()
  const left = new AbortController()
  response.once('close', () => left.abort())
  try {
    for await (const events of eventsOf(folder, after, left.signal)) {
      const text = events.map((event) => `${JSON.stringify(event)}\n`).join('')
      if (!response.write(text)) await once(response, 'drain', { signal: left.signal })
    }
  } catch {
    // The reader has left, or the files cannot be read any more: who asks for the run then is answered why.
  }
  response.end()
}

async function* eventsOf(folder: string, after: number, left: AbortSignal): AsyncGenerator<readonly RunEvent[]> {
  const tail = new RunTail(folder)
  let said: RunState | null = null
  while (true) {
    // Looked at first: what was written before a run ended is read after it.
    const isLive = isBeingWritten(folder)
    const first = tail.seq + 1
    const lines = tail.next()
    const isBehind = lines.length > 0
    yield lines.flatMap((line, at) => (first + at > after ? [{ seq: first + at, ...eventOf(line) }] : []))
    const state = isLive ? 'live' : tail.isTorn ? 'torn' : 'finished'
    if (!isBehind && state !== said) {
      yield [{ seq: tail.seq, kind: 'state', state }]
      said = state
    }
    if (!isBehind && !isLive) return
    await pause(isBehind ? 0 : PERIOD_MS, null, { signal: left })
  }
}
