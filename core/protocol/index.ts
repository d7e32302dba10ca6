/**
 * The native dialect, `stepgym.v1`: frames as types, their strict reading, and their writing.
 * @module
 */

export type * from './credit.ts'
export { encodeFrame, encodeRequest, parseServerFrame } from './encode.ts'
export type * from './events.ts'
export { parseRequest, requestIdOf } from './parse.ts'
export type * from './replies.ts'
export type * from './requests.ts'
export { PROTOCOL, SUBSCRIBED } from './requests.ts'
export type * from './vector.ts'
export { AUTORESETS, DELIVERIES } from './vector.ts'
