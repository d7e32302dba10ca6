/**
 * The native dialect, `stepgym.v1`: frames as types, their strict reading, and their writing.
 * @module
 */

export type * from './protocol/credit.ts'
export { encodeFrame, encodeRequest, parseServerFrame } from './protocol/encode.ts'
export type * from './protocol/events.ts'
export { parseRequest, requestIdOf } from './protocol/parse.ts'
export type * from './protocol/replies.ts'
export type * from './protocol/requests.ts'
export { PROTOCOL, SUBSCRIBED } from './protocol/requests.ts'
export type * from './protocol/vector.ts'
export { AUTORESETS, DELIVERIES } from './protocol/vector.ts'
