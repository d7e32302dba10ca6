import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decoderWeights } from '../../models/networks/decoder.ts'
import { decodeSafetensors, encodeSafetensors, readSafetensors } from '../../models/weights/safetensors.ts'
import { expectWeights, initialWeights } from '../../models/weights/weights.ts'
import { newFolder } from '../support/folder.ts'

const WEIGHTS = {
  matrix: { shape: [2, 3], data: Float32Array.of(1, -2, 0.5, Number.NaN, Number.POSITIVE_INFINITY, -0) },
  scalar: { shape: [], data: Float32Array.of(7) },
  empty: { shape: [0], data: new Float32Array() },
}
const CHECKPOINT = { weights: WEIGHTS, metadata: { version: '3', 'note é': 'ü' } }
const invalid = (message: string) =>
  expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining(message) })

/** A file with a header of one's own. */
function fileOf(header: unknown, bytes: number): Uint8Array {
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, text, Buffer.alloc(bytes)])
}

describe('a checkpoint', () => {
  it('comes back as it was written', () => {
    const path = join(newFolder(), 'phi.safetensors')
    writeFileSync(path, encodeSafetensors(CHECKPOINT))
    expect(readSafetensors(path)).toEqual(CHECKPOINT)
  })

  it('is refused if it is missing, and at every length but its own', () => {
    expect(() => readSafetensors(join(newFolder(), 'none'))).toThrow(invalid('cannot be read'))
    const whole = encodeSafetensors(CHECKPOINT)
    for (let length = 0; length < whole.length; length++)
      expect(() => decodeSafetensors(whole.subarray(0, length), 'phi'), `${length}`).toThrow(invalid('phi: '))
    expect(() => decodeSafetensors(Buffer.concat([whole, Buffer.of(0)]), 'phi')).toThrow(invalid('bytes of values'))
  })
})

describe('the safetensors format', () => {
  it('begins with the length of its header, a multiple of 8, and has little-endian values', () => {
    const file = Buffer.from(encodeSafetensors({ weights: { w: WEIGHTS.scalar }, metadata: {} }))
    const length = Number(file.readBigUInt64LE(0))
    expect(length % 8).toBe(0)
    expect(JSON.parse(file.subarray(8, 8 + length).toString())).toEqual({
      __metadata__: {},
      w: { dtype: 'F32', shape: [], data_offsets: [0, 4] },
    })
    expect(file.readFloatLE(8 + length)).toBe(7)
  })

  it.each([
    ['another type', { w: { dtype: 'BF16', shape: [1], data_offsets: [0, 4] } }, 'w has the type "BF16": only F32'],
    [
      'a shape of another size',
      { w: { dtype: 'F32', shape: [2], data_offsets: [0, 4] } },
      'w of shape [2] has 4 bytes',
    ],
    ['a place that is not two numbers', { w: { dtype: 'F32', shape: [1], data_offsets: [0, 4, 8] } }, 'no place'],
    ['a negative place', { w: { dtype: 'F32', shape: [1], data_offsets: [-4, 0] } }, 'no place'],
    ['a gap', { w: { dtype: 'F32', shape: [0], data_offsets: [4, 4] } }, 'begin at 4, not at 0'],
    [
      'values that overlap',
      { a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] }, b: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } },
      'begin at 0, not at 4',
    ],
    ['metadata that is not text', { __metadata__: { a: 1 } }, '__metadata__ is not an object of texts'],
    ['a header that is a list', [], 'its header is not a JSON object'],
    ['an entry that is a number', { w: 3 }, 'w has the type null'],
  ])('is refused with %s', (_, header, message) => {
    expect(() => decodeSafetensors(fileOf(header, 4), 'phi')).toThrow(invalid(message))
  })

  it('is never read wrongly after a byte has changed in its header: it is refused, or names other weights', () => {
    const file = encodeSafetensors(CHECKPOINT)
    const header = Number(new DataView(file.buffer).getBigUint64(0, true))
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7 + header }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Uint8Array.from(file)
        changed[at] = Number(changed[at]) ^ change
        try {
          const { weights } = decodeSafetensors(changed, 'phi')
          for (const { shape, data } of Object.values(weights))
            expect(shape.reduce((product, length) => product * length, 1)).toBe(data.length)
        } catch (thrown) {
          expect(thrown).toEqual(invalid('phi'))
        }
      }),
    )
  })
})

describe('the weights of a network', () => {
  const specs = decoderWeights({ vocabulary: 5, width: 4, heads: 1, layers: 1, hidden: 3, maxLength: 4 })
  const weights = initialWeights(specs, 1)

  it('begin as their key says', () => {
    expect(initialWeights(specs, 1)).toEqual(weights)
    expect(initialWeights(specs, 2)).not.toEqual(weights)
    expect(() => expectWeights(specs, weights)).not.toThrow()
  })

  it('are refused if one is missing, unknown, or of another shape', () => {
    const { norm, ...missing } = weights
    expect(() => expectWeights(specs, missing)).toThrow(invalid('norm is missing'))
    expect(() => expectWeights(specs, { ...weights, more: { shape: [], data: Float32Array.of(1) } })).toThrow(
      invalid('more does not belong to this network'),
    )
    const wide = { shape: [2, 2], data: new Float32Array(4) }
    expect(() => expectWeights(specs, { ...weights, norm: wide })).toThrow(
      invalid('norm has the shape [2, 2], not [4]'),
    )
    const short = { shape: norm?.shape ?? [], data: new Float32Array(3) }
    expect(() => expectWeights(specs, { ...weights, norm: short })).toThrow(invalid('norm has 3 values'))
  })
})
