import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

/**
 * Milliseconds of tau-bench, recorded on another day (Python 3.11, a shared machine of two cores): an order of magnitude.
 * A terminal step replays the gold calls on fresh data and hashes both databases.
 */
export const RECORDED = {
  retail: [
    { what: 'tool step', ms: 0.045 },
    { what: 'reset', ms: 15.5 },
    { what: 'verdict at the end', ms: 127 },
    { what: "reference's hash", ms: 66 },
  ],
  airline: [
    { what: 'tool step', ms: 0.08 },
    { what: 'reset', ms: 34.8 },
    { what: 'verdict at the end', ms: 355 },
    { what: "reference's hash", ms: 178 },
  ],
} as const

/**
 * Milliseconds of the same work in Python, in this run: loading the data, and hashing it as tau-bench defines it; a
 * verdict loads once and hashes twice. Null without a Python 3.
 */
export function pythonRates(data: string): Readonly<Record<string, number>> | null {
  const script = join(import.meta.dirname, 'tau.py')
  const { status, stdout } = spawnSync('python3', [script, data], { encoding: 'utf8' })
  if (status !== 0) return null
  const { load, hash }: { readonly load: number; readonly hash: number } = JSON.parse(stdout)
  return { reset: load, "reference's hash": hash, 'verdict at the end': load + 2 * hash }
}
