import type { UpgradeHead } from './handed-over.ts'

/** A worker serves. */
export interface ReadyMessage {
  readonly kind: 'ready'
  readonly url: string
}

/** Where the workers are; null for one that is being replaced. */
export interface PeersMessage {
  readonly kind: 'peers'
  readonly urls: readonly (string | null)[]
}

/** All workers serve: the address may be announced. */
export interface OpenMessage {
  readonly kind: 'open'
}

/** A socket comes with it. */
export interface SocketMessage {
  readonly kind: 'socket'
  readonly head: UpgradeHead
}

/** Messages come from processes of this package alone; anything else on the channel is for others. */
const isOfKind = (message: unknown, kind: string): boolean =>
  typeof message === 'object' && message !== null && 'kind' in message && message.kind === kind

export const isReady = (message: unknown): message is ReadyMessage => isOfKind(message, 'ready')
export const isOpen = (message: unknown): message is OpenMessage => isOfKind(message, 'open')
export const isPeers = (message: unknown): message is PeersMessage => isOfKind(message, 'peers')
export const isSocket = (message: unknown): message is SocketMessage => isOfKind(message, 'socket')
