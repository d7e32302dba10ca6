import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Turns } from '../../../server/hosting/turns.ts'

/** Ends after the work of one turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Turns under a clock that the work itself moves, and what was done in each turn of the event loop. */
function workshop() {
  let now = 0
  const turns = new Turns(() => now)
  const done: string[] = []
  const work = (client: object, name: string, ms = 10): unknown =>
    turns.run(client, () => {
      now += ms
      done.push(name)
      return name
    })
  return { turns, done, work }
}

describe('parts of requests take turns', () => {
  it('parts run at once until 20 ms are used, and the others in later turns of the event loop', async () => {
    const { done, work } = workshop()
    const client = {}
    const results = ['a', 'b', 'c', 'd', 'e'].map((name) => work(client, name))
    expect(done).toEqual(['a', 'b'])
    expect(results.slice(0, 2)).toEqual(['a', 'b'])
    await turn()
    expect(done).toEqual(['a', 'b', 'c', 'd'])
    await turn()
    expect(done).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('a client with few parts is not behind all parts of another', async () => {
    const { done, work } = workshop()
    const [greedy, modest] = [{}, {}]
    for (let n = 0; n < 100; n++) work(greedy, `greedy ${n}`)
    work(modest, 'modest')
    await turn()
    expect(done).toEqual(['greedy 0', 'greedy 1', 'greedy 2', 'modest'])
  })

  it('what a part asks for comes before what its client asked for later', async () => {
    const { turns, done, work } = workshop()
    const client = {}
    work(client, 'first', 30)
    const outer = turns.run(client, () => ['inner 0', 'inner 1'].map((name) => work(client, name)))
    work(client, 'later')
    expect(turns.isWaiting(client)).toBe(true)
    await outer
    await turn()
    await turn()
    expect(done).toEqual(['first', 'inner 0', 'inner 1', 'later'])
    expect(turns.isWaiting(client)).toBe(false)
  })

  it('a part that throws fails alone', async () => {
    const { turns, work } = workshop()
    const client = {}
    work(client, 'long', 30)
    const broken = turns.run(client, () => {
      throw new Error('broken')
    })
    const next = work(client, 'next')
    await expect(broken).rejects.toThrow('broken')
    expect(await next).toBe('next')
  })

  it('parts of each client are done in their order, all of them, at most 20 ms and one part in a turn', async () => {
    const parts = fc.array(fc.record({ client: fc.nat(3), ms: fc.nat(30) }), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(parts, async (asked) => {
        const { turns, done, work } = workshop()
        const clients = [{}, {}, {}, {}]
        for (const [n, { client, ms }] of asked.entries()) work(clients[client] ?? {}, `${n}`, ms)
        const inTurns = [done.length]
        while (clients.some((client) => turns.isWaiting(client))) {
          await turn()
          inTurns.push(done.length)
        }
        const of = (client: number): readonly string[] => done.filter((n) => asked[Number(n)]?.client === client)
        for (const client of clients.keys())
          expect(of(client)).toEqual(asked.flatMap((part, n) => (part.client === client ? [`${n}`] : [])))
        let before = 0
        for (const end of inTurns) {
          const took = done.slice(before, Math.max(before, end - 1)).map((n) => asked[Number(n)]?.ms ?? 0)
          expect(took.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(20 + 1)
          before = end
        }
      }),
      { numRuns: 50 },
    )
  })
})
