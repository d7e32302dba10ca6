import type { ServerResponse } from 'node:http'
import { HEADERS } from '../http/reply.ts'
import type { LiveBoard } from './board.ts'
import type { LiveLine } from './lines.ts'

/** Milliseconds between two lines. */
const PERIOD_MS = 250

/**
 * Sends what is on a board as lines of JSON, one whenever something has changed; a reader that is behind gets the latest
 * picture once it can take one. Ends with the response.
 * @param missed events that the board was not shown
 */
export function feedLive(response: ServerResponse, board: LiveBoard, missed: () => number): void {
  const headers = { ...HEADERS, 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' }
  response.writeHead(200, headers)
  let shown = 0
  const send = (isFirst: boolean): void => {
    if (response.writableNeedDrain || (board.changes === shown && !isFirst)) return
    const line: LiveLine = {
      change: board.changes,
      missed: missed(),
      episodes: board.since(shown),
      monitors: board.monitors,
    }
    shown = board.changes
    response.write(`${JSON.stringify(line)}\n`)
  }
  send(true)
  const timer = setInterval(send, PERIOD_MS, false)
  response.once('close', () => clearInterval(timer))
}
