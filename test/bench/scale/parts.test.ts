import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Draws, type Spread } from '../../../bench/scale/kit/draws.ts'
import { EventQueue } from '../../../bench/scale/kit/event-queue.ts'
import { jumpHash } from '../../../bench/scale/kit/jump-hash.ts'
import { Station } from '../../../bench/scale/kit/station.ts'
import { Waits } from '../../../bench/scale/kit/waits.ts'

describe('events of a simulation', () => {
  it('leave in the order of their times, and of their arrival where these are equal', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const queue = new EventQueue(1)
        times.forEach((time, subject) => {
          queue.add(time, subject % 3, subject)
        })
        const left: (readonly [number, number, number])[] = []
        while (queue.next()) left.push([queue.time, queue.kind, queue.subject])
        const sorted = times.map((time, subject) => [time, subject % 3, subject] as const)
        expect(left).toEqual(sorted.sort((a, b) => a[0] - b[0] || a[2] - b[2]))
      }),
    )
  })

  it('may be added while others leave, but not before the last that left', () => {
    const queue = new EventQueue()
    queue.add(3, 0, 0)
    queue.next()
    queue.add(3, 0, 1)
    expect(() => queue.add(2, 0, 2)).toThrow(/2 ms lies before 3 ms/)
    expect(() => queue.add(Number.NaN, 0, 2)).toThrow(RangeError)
    expect(queue.next() && queue.subject).toBe(1)
    expect(queue.next()).toBe(false)
  })
})

describe('a station', () => {
  it('serves as a plain list of its servers says', () => {
    const customers = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 30 })))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), customers, (servers, each) => {
        const station = new Station(servers)
        const free = new Array<number>(servers).fill(0)
        let now = 0
        for (const [gap, service] of each) {
          now += gap
          free.sort((a, b) => a - b)
          free[0] = Math.max(now, free[0] ?? 0) + service
          expect(station.serve(now, service)).toBe(free[0])
          const ahead = free.reduce((sum, until) => sum + Math.max(0, until - now), 0)
          expect(station.backlogMs(now)).toBe(ahead)
        }
        const brought = each.reduce((sum, [, service]) => sum + service, 0)
        expect(station.workedMs(now) + station.backlogMs(now)).toBe(brought)
        expect(station.customers).toBe(each.length)
      }),
    )
  })

  it('has at least one server', () => {
    expect(() => new Station(0)).toThrow(/at least one server/)
  })
})

interface Queue {
  readonly servers: number
  /** Share of the servers' time that is taken. */
  readonly load: number
  readonly spread: Spread
}

/** Mean time before service, in services, with Poisson arrivals. */
function meanWait({ servers, load, spread }: Queue): number {
  const [draws, station, waits] = [new Draws(11), new Station(servers), new Waits()]
  let now = 0
  for (let customer = 0; customer < 400_000; customer++) {
    now += draws.exponential(1 / (load * servers))
    const service = draws.service(1, spread)
    waits.add(station.serve(now, service) - now - service)
  }
  return waits.mean
}

/** Erlang's C: probability that a customer of M/M/c waits. */
function erlangC(servers: number, load: number): number {
  const offered = servers * load
  let blocked = 1
  for (let count = 1; count <= servers; count++) blocked = (offered * blocked) / (count + offered * blocked)
  return blocked / (1 - load * (1 - blocked))
}

describe('waiting at a station', () => {
  it.each([0.3, 0.6, 0.8])('is that of M/M/1 at a load of %d', (load) => {
    expect(meanWait({ servers: 1, load, spread: 'exponential' }) / (load / (1 - load))).toBeCloseTo(1, 1)
  })

  it.each([0.3, 0.6, 0.8])('is that of M/D/1 at a load of %d, by Pollaczek and Khinchine', (load) => {
    expect(meanWait({ servers: 1, load, spread: 'constant' }) / (load / (2 * (1 - load)))).toBeCloseTo(1, 1)
  })

  it.each([2, 4, 16])('is that of M/M/c with %i servers, by Erlang', (servers) => {
    const load = 0.8
    const expected = erlangC(servers, load) / (servers * (1 - load))
    expect(meanWait({ servers, load, spread: 'exponential' }) / expected).toBeCloseTo(1, 1)
  })
})

describe('waits', () => {
  it('have quantiles within 1 % of those of a sorted list, and their exact mean', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (each, share) => {
          const waits = new Waits()
          for (const ms of each) waits.add(ms)
          const sorted = each.toSorted((a, b) => a - b)
          const exact = sorted[Math.max(0, Math.ceil(share * each.length) - 1)] ?? Number.NaN
          expect(waits.quantile(share)).toBeGreaterThanOrEqual(exact * (1 - 1e-9))
          expect(waits.quantile(share)).toBeLessThanOrEqual(exact * 1.0102)
          expect(waits.mean).toBeCloseTo(each.reduce((sum, ms) => sum + ms, 0) / each.length, 6)
          expect(waits.longest).toBe(Math.max(...each))
        },
      ),
    )
  })

  it('have no quantile where there are none', () => {
    expect(new Waits()).toMatchObject({ count: 0, longest: 0 })
    expect(new Waits().quantile(0.5)).toBeNaN()
  })
})

describe('the place of a key', () => {
  const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })

  it('stays, or is the new place, when there is one more', () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 1, max: 1000 }), (word0, word1, places) => {
        const [before, after] = [jumpHash([word0, word1], places), jumpHash([word0, word1], places + 1)]
        expect(before >= 0 && before < places).toBe(true)
        expect(after === before || after === places).toBe(true)
      }),
    )
  })

  it.each([2, 3, 7, 64])('is any of %i places equally often', (places) => {
    const counts = new Array<number>(places).fill(0)
    for (let key = 0; key < 20_000; key++) {
      const place = jumpHash([key, 5], places)
      counts[place] = (counts[place] ?? 0) + 1
    }
    const expected = 20_000 / places
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    // Five standard deviations above the mean of chi square.
    expect(chiSquare).toBeLessThan(places - 1 + 5 * Math.sqrt(2 * (places - 1)))
  })
})
