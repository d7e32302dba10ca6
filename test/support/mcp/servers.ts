import { join } from 'node:path'
import type { JsonObject } from '../../../core/data/types.ts'

const ROOT = join(import.meta.dirname, '../../..')
const packageOf = (name: string): string => join(ROOT, 'node_modules/@modelcontextprotocol', name, 'dist/index.js')

/** Published servers, as an operator configures them. */
export const PUBLIC_SERVERS: JsonObject = {
  everything: { command: process.execPath, args: [packageOf('server-everything'), 'stdio'] },
  memory: { command: process.execPath, args: [packageOf('server-memory')] },
}

export const EVERYTHING = packageOf('server-everything')

/** A server of our own that misbehaves in this manner. */
export const hostile = (manner: string, ...args: readonly string[]): JsonObject => ({
  command: process.execPath,
  args: [join(import.meta.dirname, 'hostile-server.mjs'), manner, ...args],
})
