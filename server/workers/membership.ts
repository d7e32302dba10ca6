import { Socket } from 'node:net'
import type { WorkerPlace } from '../hosting/worker-place.ts'
import type { GymServer } from '../listen.ts'
import { homeOf } from './home.ts'
import { isOpen, isPeers, isSocket, type ReadyMessage } from './messages.ts'

/** The side of a process that has the channel to the one that started it. */
export type Channel = Pick<NodeJS.Process, 'on' | 'once' | 'send'>

/** Which of how many a worker is, from 0. */
export interface Seat {
  readonly index: number
  readonly count: number
}

/** A server process as one of several: it knows the others, and serves the sockets that it is given. */
export class Membership {
  readonly place: WorkerPlace
  /** Aborted when the process that shares out the sockets is gone. */
  readonly orphaned: AbortSignal
  /** When all workers serve, in one of them. */
  readonly opened: Promise<void>
  readonly #channel: Channel
  #urls: readonly (string | null)[] = []

  constructor(channel: Channel, { index, count }: Seat) {
    const orphaned = new AbortController()
    this.#channel = channel
    this.orphaned = orphaned.signal
    this.place = {
      index,
      homeOf: (name) => homeOf(name, count),
      urlOf: (worker) => this.#urls[worker] ?? null,
    }
    channel.on('message', (message) => {
      if (isPeers(message)) this.#urls = message.urls
    })
    this.opened = new Promise((resolve) => {
      channel.on('message', (message) => {
        if (isOpen(message)) resolve()
      })
    })
    channel.once('disconnect', () => orphaned.abort())
  }

  /** Takes sockets from now on. */
  serve(server: Pick<GymServer, 'take' | 'url'>): void {
    this.#channel.on('message', (message: unknown, socket: unknown) => {
      if (isSocket(message) && socket instanceof Socket) server.take(message.head, socket)
    })
    const ready: ReadyMessage = { kind: 'ready', url: server.url }
    this.#channel.send?.(ready)
  }
}
