import type { IncomingMessage, ServerResponse } from 'node:http'
import type { EventStream } from './stream/stream.ts'
import type { GateSettings } from './transport/gate.ts'

/** Pages that a server has beside its environments, as those of the viewer. */
export interface Pages {
  /**
   * Answers a request that is for it. Never throws.
   * @returns False for any other request, which is left as it is.
   */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>
  /** Ends what is open, answers that are being sent included. */
  close(): Promise<void>
}

/** An environment that people can play in a browser. */
export interface SiteEntry {
  readonly title: string
  /** What to do there. */
  readonly summary: string
  /** Where it begins, as in `/webshop`. */
  readonly home: string
}

/** What pages need of their server. */
export interface PagesHost {
  /** Who may connect, and as what. */
  readonly gate: GateSettings
  /** What happens, as it happens. */
  readonly stream: EventStream
  /** Environments that people can play in a browser. */
  sites(): Promise<readonly SiteEntry[]>
}

/** Makes the pages of a server, before it listens. */
export type PagesOf = (host: PagesHost) => Pages
