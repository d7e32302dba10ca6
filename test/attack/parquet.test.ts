import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { recordsOfParquet } from '../../bin/commands/credit/parquet.ts'
import { share } from '../support/long.ts'

const bytesOf = (name: string): Buffer =>
  readFileSync(new URL(`../fixtures/batches/${name}.parquet`, import.meta.url).pathname)

function flipped(name: string, at: number, bit: number): Uint8Array {
  const bytes = bytesOf(name)
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at)
  return bytes
}

const invalid = (message: RegExp) =>
  expect.objectContaining({ code: 'BATCH_INVALID', message: expect.stringMatching(message) })

describe('a damaged Parquet file', () => {
  it('whose reader never ends is given up, and named', async () => {
    const limits = { milliseconds: 500, bytes: 2 ** 30 }
    await expect(recordsOfParquet(flipped('brotli', 499, 0), 'x.parquet', limits)).rejects.toEqual(
      invalid(/^x\.parquet is not a readable Parquet file: reading it takes more than 1 s$/),
    )
  })

  it('whose reader takes more memory than its limit is given up, and named', async () => {
    const limits = { milliseconds: 60_000, bytes: 0 }
    await expect(recordsOfParquet(bytesOf('snappy'), 'x.parquet', limits)).rejects.toEqual(
      invalid(/^x\.parquet is not a readable Parquet file: reading it takes more than 0 MiB of memory$/),
    )
  })

  it('with any bit flipped is read or refused', async () => {
    const names = ['snappy', 'gzip', 'brotli', 'verl', 'keys']
    for (let number = 0; number < share(2, 60); number++) {
      const name = names[number % names.length] ?? ''
      const place = (number * 7919) % ((bytesOf(name).length - 8) * 8)
      const file = flipped(name, 4 + (place >> 3), place & 7)
      const read = recordsOfParquet(file, name).catch((thrown: unknown) => thrown)
      expect([expect.any(Array), invalid(new RegExp(`^${name} is not a readable Parquet file`))]).toContainEqual(
        await read,
      )
    }
  })
})
