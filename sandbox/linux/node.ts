import { lstatSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Interpreter } from '../frames.ts'

/** Where Node.js is inside, wherever it is outside. */
export const NODE = '/opt/node'
const MIB = 2 ** 20
/** V8 reserves memory for code in multiples of this size. */
const CODE_UNIT = 64 * MIB

/** Node.js of this process, if an unprivileged user can run it. */
export function nodeHere(): string | null {
  const folders: string[] = []
  for (let at = dirname(process.execPath); at !== '/'; at = dirname(at)) folders.push(at)
  return [process.execPath, ...folders].every((path) => (lstatSync(path).mode & 1) === 1) ? process.execPath : null
}

/** Node.js as the interpreter of a program. */
export function nodeInside(): Interpreter {
  reservedBytes ??= largestReserved(readFileSync('/proc/self/maps', 'utf8'))
  return { path: NODE, reservedBytes }
}
let reservedBytes: number | null = null

/** Bytes of the largest mapping for code that is written and executed at once, whole with what V8 has changed at its ends. */
export function largestReserved(maps: string): number {
  const ranges = maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rwxp /gm)
  const sizes = [...ranges].map(([, low = '', high = '']) => Number.parseInt(high, 16) - Number.parseInt(low, 16))
  const largest = Math.max(0, ...sizes)
  return largest < CODE_UNIT / 2 ? 0 : Math.ceil(largest / CODE_UNIT) * CODE_UNIT
}
