import type { ServerResponse } from 'node:http'
import { GymError } from '../../core/data/errors.ts'
import type { RunShelf } from '../data/shelf.ts'
import { feedEvents } from '../events/feed.ts'
import type { ApiRequest } from './routes.ts'

/** What streams are made of. */
export interface StreamSettings {
  readonly shelf: RunShelf
  /** Sends episodes while they are played. @default there are none */
  readonly live?: (response: ServerResponse) => void
}

/** Readers of all streams at a time. */
const MOST_READERS = 32

/** Answers that are sent as things happen: lines of a run while it is written, episodes while they are played. */
export class Streams {
  readonly #settings: StreamSettings
  readonly #readers = new Set<ServerResponse>()

  constructor(settings: StreamSettings) {
    this.#settings = settings
  }

  /**
   * Begins the answer to a request; false for an address that is not of a stream.
   * @throws GymError CAPACITY_REACHED, FRAME_UNKNOWN for a run that is not there, FRAME_INVALID
   */
  begin(request: ApiRequest, response: ServerResponse): boolean {
    const begin = this.#streamOf(request)
    if (begin === null) return false
    if (this.#readers.size >= MOST_READERS)
      throw new GymError('CAPACITY_REACHED', `${MOST_READERS} readers watch already: close a page`)
    this.#readers.add(response)
    response.once('close', () => this.#readers.delete(response))
    begin(response)
    return true
  }

  close(): void {
    for (const reader of this.#readers) reader.end()
  }

  #streamOf({ segments, query }: ApiRequest): ((response: ServerResponse) => void) | null {
    const [first, run = '', last, ...rest] = segments
    if (first === 'live' && segments.length === 1) return this.#settings.live ?? null
    if (first !== 'runs' || last !== 'events' || rest.length > 0) return null
    const { folder } = this.#settings.shelf.find(run)
    const after = afterOf(query.get('after') ?? '0')
    return (response) => void feedEvents(response, folder, after)
  }
}

function afterOf(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text)
  throw new GymError('FRAME_INVALID', 'after is the number of a line, from 0')
}
