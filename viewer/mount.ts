import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Pages, PagesHost, PagesOf } from '../server/pages.ts'
import type { SitesAnswer } from './answers.ts'
import { RunShelf } from './data/shelf.ts'
import { type AppFile, appFiles } from './http/app-files.ts'
import { type Answerer, handleViewer, type ViewerSettings } from './http/handler.ts'
import { Streams } from './http/streams.ts'
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

/**
 * The viewer as pages of a server: at `/` for browsers, and below `/-/`. It shows recorded runs, and episodes while they
 * are played.
 * @throws GymError CONFIG_INVALID where the pages were not built
 */
export function viewerPages({ folders, userFolder, files = appFiles() }: MountSettings): PagesOf {
  return (host) => {
    const shelf = new RunShelf(folders, { mayBeEmpty: true })
    return new MountedViewer(host, { thread: new LibraryThread({ folders, userFolder }), shelf, files })
  }
}

interface MountedParts {
  readonly thread: LibraryThread
  readonly shelf: RunShelf
  readonly files: ReadonlyMap<string, AppFile>
}

class MountedViewer implements Pages {
  readonly #host: PagesHost
  readonly #thread: LibraryThread
  readonly #settings: ViewerSettings
  readonly #board = new LiveBoard()
  readonly #streams: Streams
  readonly #detach: () => void

  constructor(host: PagesHost, { thread, shelf, files }: MountedParts) {
    this.#host = host
    this.#thread = thread
    this.#streams = new Streams({ shelf, live: (response) => feedLive(response, this.#board, () => this.#missed) })
    this.#settings = { gate: host.gate, files, answer: this.#answer, streams: this.#streams }
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
    this.#streams.close()
    await this.#thread.close()
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
