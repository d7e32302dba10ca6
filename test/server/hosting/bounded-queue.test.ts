import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BoundedQueue } from '../../../server/hosting/bounded-queue.ts'

interface Item {
  readonly n: number
}
const filled = (queue: BoundedQueue<Item>, count: number): BoundedQueue<Item> => {
  for (let n = 0; n < count; n++) queue.add({ n })
  return queue
}
const numbersIn = (queue: BoundedQueue<Item>): readonly number[] => queue.take(1000).map(({ n }) => n)
const isMet = async (promise: Promise<void>): Promise<boolean> =>
  Promise.race([promise.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))])

describe('a queue with a bound', () => {
  it('loses the oldest and counts them, and is never full if it drops', () => {
    const queue = filled(new BoundedQueue(3, 'drop-oldest'), 8)
    expect(queue).toMatchObject({ waiting: 3, dropped: 5, isFull: false })
    expect(numbersIn(queue)).toEqual([5, 6, 7])
  })

  it('keeps everything if it blocks, and is full beyond its capacity', () => {
    const queue = filled(new BoundedQueue(3, 'block'), 3)
    expect(queue.isFull).toBe(false)
    filled(queue, 2)
    expect(queue).toMatchObject({ waiting: 5, dropped: 0, isFull: true })
    expect(numbersIn(queue)).toEqual([0, 1, 2, 0, 1])
  })

  it('has room again once enough was taken, and not before', async () => {
    const queue = filled(new BoundedQueue(3, 'block'), 5)
    const room = queue.room()
    queue.take(1)
    expect(await isMet(room)).toBe(false)
    queue.take(1)
    expect(await isMet(room)).toBe(true)
    expect(await isMet(queue.room())).toBe(true)
  })

  it('releases all waiters when it is cleared', async () => {
    const queue = filled(new BoundedQueue(1, 'block'), 5)
    const room = queue.room()
    queue.clear()
    expect(await isMet(room)).toBe(true)
    expect(queue.waiting).toBe(0)
  })
})

const item = (value: number) => ({ value })
const valuesOf = (items: readonly { readonly value: number }[]) => items.map(({ value }) => value)

describe('a queue without a bound', () => {
  it('does what a plain array does, for any pushes and takes', () => {
    const moves = fc.array(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: -40, max: -1 })))
    fc.assert(
      fc.property(moves, (counts) => {
        const queue = new BoundedQueue<{ readonly value: number }>(Number.POSITIVE_INFINITY, 'block')
        const plain: number[] = []
        let next = 0
        for (const count of counts) {
          for (let pushed = 0; pushed < count; pushed++) {
            queue.add(item(next))
            plain.push(next++)
          }
          if (count < 0) expect(valuesOf(queue.take(-count))).toEqual(plain.splice(0, -count))
          expect(queue.waiting).toBe(plain.length)
        }
        expect(valuesOf(queue.take(Number.POSITIVE_INFINITY))).toEqual(plain)
      }),
    )
  })

  it('has nothing to give if nothing waits', () => {
    const queue = new BoundedQueue<object>(Number.POSITIVE_INFINITY, 'block')
    expect(queue.take(1)).toEqual([])
    queue.add({})
    queue.clear()
    expect(queue.waiting).toBe(0)
    expect(queue.take(3)).toEqual([])
  })
})
