import type { IncomingMessage, ServerResponse } from 'node:http'
import { GymError } from '../core/data/errors.ts'
import type { Pages, PagesHost, PagesOf } from '../server/pages.ts'
import { expectRole } from '../server/roles.ts'
import { admitRequest } from '../server/transport/gate.ts'
import type { SitesAnswer } from './answers.ts'
import { type AppFile, appFiles } from './http/app-files.ts'
import { type Answerer, handleViewer, type ViewerSettings } from './http/handler.ts'
import { LiveBoard } from './live/board.ts'
import { feedLive } from './live/feed.ts'
import { LibraryThread } from './thread/library-thread.ts'

/** Settings of a viewer within a server. */
export interface MountSettings {
  /** Folders of runs, or folders that hold or will hold such folders: those that the server records. */
  readonly folders: readonly string[]
  /** Where estimators of the user are looked for. */
  readonly userFolder: string
  /** The pages by address. @default those that were built */
  readonly files?: ReadonlyMap<string, AppFile>
}

/** Readers of live episodes at a time. */
const MOST_READERS = 32

/**
 * The viewer as pages of a server: at `/` for browsers, and below `/-/`. It shows recorded runs, and episodes while they
 * are played.
 * @throws GymError CONFIG_INVALID where the pages were not built
 */
export function viewerPages({ folders, userFolder, files = appFiles() }: MountSettings): PagesOf {
  return (host) => new MountedViewer(host, new LibraryThread({ folders, userFolder }), files)
}

class MountedViewer implements Pages {
  readonly #host: PagesHost
  readonly #thread: LibraryThread
  readonly #settings: ViewerSettings
  readonly #board = new LiveBoard()
  readonly #readers = new Set<ServerResponse>()
  readonly #detach: () => void

  constructor(host: PagesHost, thread: LibraryThread, files: ReadonlyMap<string, AppFile>) {
    this.#host = host
    this.#thread = thread
    this.#settings = { gate: host.gate, files, answer: this.#answer, live: (...call) => this.#live(...call) }
    this.#detach = host.stream.attach({
      name: 'viewer',
      overflow: 'drop-oldest',
      take: (batch) => this.#board.take(batch),
    })
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (!isForViewer(request)) return false
    await handleViewer(this.#settings, request, response)
    return true
  }

  readonly #answer: Answerer = async (request) =>
    request.segments.join('/') === 'sites'
      ? Buffer.from(JSON.stringify({ sites: await this.#host.sites() } satisfies SitesAnswer))
      : this.#thread.answer(request)

  async close(): Promise<void> {
    this.#detach()
    for (const reader of this.#readers) reader.end()
    await this.#thread.close()
  }

  /** @throws GymError UNAUTHORIZED, FORBIDDEN, ORIGIN_FOREIGN, CAPACITY_REACHED */
  #live(request: IncomingMessage, response: ServerResponse): void {
    const { role } = admitRequest(this.#host.gate, request)
    expectRole(role, ['trainer', 'observer'], 'the viewer')
    if (this.#readers.size >= MOST_READERS)
      throw new GymError('CAPACITY_REACHED', `${MOST_READERS} readers watch already: close a page`)
    this.#readers.add(response)
    response.once('close', () => this.#readers.delete(response))
    feedLive(response, this.#board, () => this.#missed)
  }

  get #missed(): number {
    return this.#host.stream.consumers.find(({ name }) => name === 'viewer')?.dropped ?? 0
  }
}

/** Browsers get the pages at `/`; other clients get the list of environments there. */
function isForViewer({ method = 'GET', url = '/', headers }: IncomingMessage): boolean {
  if (url.startsWith('/-/')) return true
  const isPage = ['GET', 'HEAD'].includes(method) && /^\/(\?|$)/.test(url)
  return isPage && (headers.accept ?? '').includes('text/html')
}
