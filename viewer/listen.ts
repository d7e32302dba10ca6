import { createServer } from 'node:http'
import type { Catalog } from '../registry/index.ts'
import type { Estimator } from '../rewards/credit/index.ts'
import { type Admission, gateOf } from '../server/transport/gate.ts'
import { bound, urlOf } from '../server/transport/http.ts'
import { RunCredit } from './data/credit.ts'
import { RunShelf } from './data/shelf.ts'
import { type AppFile, appFiles } from './http/app-files.ts'
import { answererOf, handleViewer } from './http/handler.ts'
import { Streams } from './http/streams.ts'
import type { KeptAnswers } from './kept/kept-answers.ts'

/** Settings of a viewer. */
export interface ViewerSettings extends Admission {
  /** Folders of runs, or folders that hold such folders. */
  readonly folders: readonly string[]
  readonly estimators: Catalog<Estimator>
  /** Another than a loopback address needs tokens. @default '127.0.0.1' */
  readonly host?: string
  /** 0 for any that is free. @default 0 */
  readonly port?: number
  /** Answers of large runs, kept for the next time. @default nothing is kept */
  readonly kept?: KeptAnswers
  /** The pages by address. @default those that were built */
  readonly files?: ReadonlyMap<string, AppFile>
}

/** A viewer that listens. */
export interface Viewer {
  /** `http://HOST:PORT` */
  readonly url: string
  /** Names of the runs in addresses. */
  readonly runs: readonly string[]
  close(): Promise<void>
}

/**
 * Serves recorded runs to a browser. It only reads.
 * @throws GymError RECORD_FOREIGN for a folder without runs; ADDRESS_TAKEN; CONFIG_INVALID for an open address without
 *   tokens, or pages that were not built
 */
export async function listenViewer(settings: ViewerSettings): Promise<Viewer> {
  const { host = '127.0.0.1', port = 0, files = appFiles(), folders, estimators, kept } = settings
  const shelf = new RunShelf(folders)
  const answer = answererOf({ shelf, credit: new RunCredit(estimators), isLive: false, ...(kept && { kept }) })
  const parts = { files, answer, streams: new Streams({ shelf }), gate: gateOf(settings, host) }
  const http = createServer((request, response) => void handleViewer(parts, request, response))
  await bound(http, host, port)
  return {
    url: urlOf(http, host),
    runs: shelf.list().map(({ id }) => id),
    async close() {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()))
      http.closeAllConnections()
      await closed
    },
  }
}
