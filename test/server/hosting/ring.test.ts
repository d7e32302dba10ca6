import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Ring } from '../../../server/hosting/bounded-queue.ts'

const item = (value: number) => ({ value })
const valuesOf = (items: readonly { readonly value: number }[]) => items.map(({ value }) => value)

describe('a ring', () => {
  it('does what a plain array does, for any pushes and takes', () => {
    const moves = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: -40, max: -1 })))
    fc.assert(
      fc.property(moves, (counts) => {
        const ring = new Ring<{ readonly value: number }>()
        const plain: number[] = []
        let next = 0
        for (const count of counts) {
          for (let pushed = 0; pushed < count; pushed++) {
            ring.push(item(next))
            plain.push(next++)
          }
          if (count < 0) expect(valuesOf(ring.take(-count))).toEqual(plain.splice(0, -count))
          expect(ring.size).toBe(plain.length)
        }
        expect(valuesOf(ring.take(Number.POSITIVE_INFINITY))).toEqual(plain)
      }),
    )
  })

  it('has nothing to give if nothing waits', () => {
    const ring = new Ring<object>()
    expect(ring.shift()).toBeUndefined()
    ring.push({})
    ring.clear()
    expect(ring.size).toBe(0)
    expect(ring.take(3)).toEqual([])
  })
})
