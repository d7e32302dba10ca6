import { VerifyMismatch } from '../../handler.ts'
import type { VectorRecord } from '../../vector-record.ts'

/** Absolute, and relative above 1. */
const TOLERANCE = 1e-9

/**
 * Compares lists of numbers, however deep. Where the reference has "NaN", ours has no value, or one that the unknown
 * had no part in.
 * @param got Null where ours has no value.
 * @throws VerifyMismatch
 */
export function expectClose(record: VectorRecord, name: string, got: unknown, tolerance = TOLERANCE): void {
  compare(`${record.path}.${name}`, record.at(name), got, tolerance)
}

function compare(path: string, expected: unknown, got: unknown, tolerance: number): void {
  if (Array.isArray(expected) && Array.isArray(got)) {
    if (expected.length !== got.length) throw new VerifyMismatch(`${path}.length`, expected.length, got.length)
    expected.forEach((item: unknown, index) => {
      compare(`${path}[${index}]`, item, got[index], tolerance)
    })
  } else if (!isClose(expected, got, tolerance)) throw new VerifyMismatch(path, expected, got)
}

function isClose(expected: unknown, got: unknown, tolerance: number): boolean {
  if (expected === 'NaN') return got === null || Number.isFinite(got)
  if (typeof expected !== 'number' || typeof got !== 'number') return false
  return Math.abs(expected - got) <= tolerance * Math.max(1, Math.abs(expected))
}
