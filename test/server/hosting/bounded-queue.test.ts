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
const isKept = async (promise: Promise<void>): Promise<boolean> =>
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
    expect(await isKept(room)).toBe(false)
    queue.take(1)
    expect(await isKept(room)).toBe(true)
    expect(await isKept(queue.room())).toBe(true)
  })

  it('releases all waiters when it is cleared', async () => {
    const queue = filled(new BoundedQueue(1, 'block'), 5)
    const room = queue.room()
    queue.clear()
    expect(await isKept(room)).toBe(true)
    expect(queue.waiting).toBe(0)
  })
})
