import type { Browser } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { Failure } from '../../browser/failure.ts'
import { Incidents } from '../../browser/incidents.ts'
import type { RunningBrowser } from '../../browser/launch.ts'
import { PagePool, type Tab } from '../../browser/pool.ts'
import { pass, stopClock } from '../support/clock.ts'

class FakeTab implements Tab {
  problem: string | null = null
  readonly number: number
  readonly close: () => Promise<void>

  constructor(number: number, close: () => Promise<void> = () => Promise.resolve()) {
    this.number = number
    this.close = close
  }
}

/** A browser that counts how often it is killed. */
function fakeBrowser() {
  const state = { kills: 0, isConnected: true }
  const browser = { isConnected: () => state.isConnected } as unknown as Browser
  const running: RunningBrowser = { browser, version: 'Chromium 1', kill: () => void state.kills++ }
  return { state, running }
}

function fakePool(pages: number, open: (number: number) => Promise<FakeTab> = async (number) => new FakeTab(number)) {
  const { state, running } = fakeBrowser()
  let opened = 0
  const pool = new PagePool<FakeTab>({ start: async () => running, pages, open: () => open(++opened) })
  return { pool, state }
}

const ANY = (): boolean => false
const never = new AbortController().signal

describe('a pool of pages', () => {
  it('opens pages up to its limit, and uses those that are given back again: the preferred one first', async () => {
    const { pool } = fakePool(2)
    const [one, two] = [await pool.lease(ANY, never), await pool.lease(ANY, never)]
    expect([one.tab.number, two.tab.number, pool.size]).toEqual([1, 2, 2])
    one.end(true)
    two.end(true)
    const preferred = await pool.lease(({ number }) => number === 2, never)
    const other = await pool.lease(ANY, never)
    expect([preferred.tab.number, other.tab.number, pool.size]).toEqual([2, 1, 2])
  })

  it('lets others wait in their order, and forgets those that give up', async () => {
    const { pool } = fakePool(1)
    const first = await pool.lease(ANY, never)
    const impatient = new AbortController()
    const gone = pool.lease(ANY, impatient.signal)
    const order: string[] = []
    const waiting = ['a', 'b'].map(async (name) => {
      const lease = await pool.lease(ANY, never)
      order.push(name)
      lease.end(true)
    })
    impatient.abort()
    await expect(gone).rejects.toThrow('cancelled')
    first.end(true)
    first.end(true)
    await Promise.all(waiting)
    expect(order).toEqual(['a', 'b'])
  })

  it('closes a page that broke, or whose owner failed, and opens another for who waits', async () => {
    const { pool } = fakePool(1)
    const broken = await pool.lease(ANY, never)
    const next = pool.lease(ANY, never)
    broken.end(false)
    const second = await next
    expect(second.tab.number).toBe(2)
    second.end(true)
    second.tab.problem = 'the page crashed'
    expect((await pool.lease(ANY, never)).tab.number).toBe(3)
    expect(pool.size).toBe(1)
  })

  it('ends the browser of a page that does not close', async () => {
    stopClock()
    let closed = (): void => {}
    const { pool, state } = fakePool(
      1,
      async (number) => new FakeTab(number, () => new Promise((resolve) => (closed = resolve))),
    )
    const lease = await pool.lease(ANY, never)
    lease.end(false)
    await pass(4999)
    expect(state.kills).toBe(0)
    await pass(1)
    expect([state.kills, pool.size]).toEqual([1, 1])
    closed()
    await pass(0)
    expect(pool.size).toBe(0)
  })

  it('tries once more where the browser has ended, and fails where it is another mistake', async () => {
    let tries = 0
    const flaky = fakePool(1, async (number) => {
      if (++tries > 1) return new FakeTab(number)
      flaky.state.isConnected = false
      throw new Error('closed')
    })
    expect((await flaky.pool.lease(ANY, never)).tab.number).toBe(2)
    const broken = fakePool(1, () => Promise.reject(new Error('no page')))
    await expect(broken.pool.lease(ANY, never)).rejects.toThrow('no page')
    expect(broken.pool.size).toBe(0)
  })
})

describe('what a page was refused', () => {
  it('is kept until it is read, cut, well formed, and counted where it is too much', () => {
    const incidents = new Incidents()
    incidents.add('error', `\ud800${'x'.repeat(300)}`)
    for (let count = 0; count < 30; count++) incidents.add('dialog', `${count}`)
    const taken = incidents.take()
    expect(taken[0]).toEqual({ kind: 'error', detail: `\ufffd${'x'.repeat(199)}…` })
    expect(taken).toHaveLength(21)
    expect(taken.at(-1)).toEqual({ kind: 'error', detail: '11 more incidents' })
    expect(incidents.take()).toEqual([])
  })
})

describe('a failure', () => {
  it('keeps its first reason, and rejects with it', async () => {
    const failure = new Failure()
    expect(failure.reason).toBeNull()
    failure.fail('crashed')
    failure.fail('closed')
    expect(failure.reason).toBe('crashed')
    await expect(failure.promise).rejects.toThrow('crashed')
  })
})
