import { describe, expect, it, vi } from 'vitest'
import { tryBackend } from '../../sandbox/backends.ts'
import { FairQueue } from '../../sandbox/fair-queue.ts'
import { SandboxPool } from '../../sandbox/pool.ts'
import { SandboxSession } from '../../sandbox/session.ts'
import type { Worker } from '../../sandbox/types.ts'
import { FakeBackend } from '../support/sandbox/fake.ts'
import { until } from '../support/server/client.ts'

describe('the choice of a back end', () => {
  it('tries one again that died while it started, and believes the second time', async () => {
    const flaky = new FakeBackend()
    flaky.failures = 1
    const finishAll = setInterval(() => {
      for (const { finish } of flaky.runs) finish({ stdout: { text: '42\n', isTruncated: false } })
    }, 1)
    try {
      expect((await tryBackend('flaky', () => flaky)).problem).toBeNull()
      const dead = new FakeBackend()
      dead.failures = 2
      expect((await tryBackend('dead', () => dead)).problem).toBe('it was killed while it started')
    } finally {
      clearInterval(finishAll)
    }
  })
})

const poolOf = (size = 1, settings = {}, backend = new FakeBackend()) => {
  return { backend, pool: new SandboxPool(backend, { size, warm: 1, ...settings }) }
}
const codeOf = (thrown: unknown): string => String(thrown instanceof Error && 'code' in thrown && thrown.code)

describe('a pool', () => {
  it('runs as many programs at once as it has workers, and the others after them', async () => {
    const { backend, pool } = poolOf(2)
    const all = ['a', 'b', 'c'].map((main) => pool.run({ main }))
    await until(() => backend.runs.length === 2)
    expect([backend.sources, pool.status.waiting]).toEqual([['a', 'b'], 1])
    backend.runs[0]?.finish()
    await until(() => backend.runs.length === 3)
    expect([backend.sources, backend.runs[2]?.worker, backend.started]).toEqual([['a', 'b', 'c'], 1, 2])
    for (const run of backend.runs) run.finish()
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual(['ok', 'ok', 'ok'])
    expect(pool.status).toMatchObject({ idle: 2, waiting: 0, executions: 3, lost: 0 })
  })

  it('lets owners take turns, however many programs one of them has', async () => {
    const { backend, pool } = poolOf()
    const all = [
      ...['a1', 'a2', 'a3'].map((main) => pool.run({ main }, { owner: 'a' })),
      ...['b1', 'b2'].map((main) => pool.run({ main }, { owner: 'b' })),
      pool.run({ main: 'c1' }, { owner: 'c' }),
    ]
    for (let at = 0; at < all.length; at++) {
      await until(() => backend.runs.length === at + 1)
      backend.runs[at]?.finish()
    }
    await Promise.all(all)
    expect(backend.sources).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
  })

  it('keeps a worker warm before the first program', async () => {
    const { backend, pool } = poolOf(4, { warm: 2 })
    await until(() => pool.status.idle === 2)
    expect([backend.started, pool.status.workers]).toEqual([2, 2])
  })

  it('starts a new worker for each program where workers are not reusable', async () => {
    const { backend, pool } = poolOf(1, {}, new FakeBackend(false))
    const all = ['a', 'b'].map((main) => pool.run({ main }))
    for (const at of [0, 1]) {
      await until(() => backend.runs.length === at + 1)
      backend.runs[at]?.finish()
    }
    await Promise.all(all)
    expect(backend.runs.map(({ worker }) => worker)).toEqual([1, 2])
  })

  it('refuses what waits when the pool is full, and what cannot run in it', async () => {
    const { pool } = poolOf(1, { waiting: 1 })
    pool.run({ main: 'a' }).catch(() => {})
    await until(() => pool.status.waiting === 0)
    pool.run({ main: 'b' }).catch(() => {})
    await expect(pool.run({ main: 'c' })).rejects.toMatchObject({
      code: 'SANDBOX_BUSY',
      message: expect.stringContaining('1 programs wait'),
    })
    await expect(pool.run({ main: '', language: 'javascript' })).rejects.toMatchObject({ code: 'SANDBOX_INVALID' })
    await expect(pool.start([{ main: '' }, { main: '' }])).rejects.toMatchObject({ code: 'SANDBOX_INVALID' })
  })

  it('refuses a program at its deadline in the queue, which says nothing about it', async () => {
    const { backend, pool } = poolOf()
    pool.run({ main: 'a' }).catch(() => {})
    await expect(pool.run({ main: 'late' }, { deadlineMs: 20 })).rejects.toMatchObject({ code: 'SANDBOX_BUSY' })
    expect([backend.sources, pool.status.waiting]).toEqual([['a'], 0])
  })

  it('gives a program only the time that its deadline leaves, and does not blame it', async () => {
    const { backend, pool } = poolOf()
    const late = pool.run({ main: 'a', limits: { timeoutMs: 5000 } }, { deadlineMs: 1000 })
    await until(() => backend.runs.length === 1)
    expect(backend.runs[0]?.program.limits.timeoutMs).toBeLessThanOrEqual(1000)
    backend.runs[0]?.finish({ status: 'timeout', exitCode: null })
    await expect(late).rejects.toMatchObject({ code: 'SANDBOX_BUSY' })
    const own = pool.run({ main: 'b', limits: { timeoutMs: 50 } }, { deadlineMs: 60_000 })
    await until(() => backend.runs.length === 2)
    backend.runs[1]?.finish({ status: 'timeout', exitCode: null })
    expect((await own).status).toBe('timeout')
  })

  it('runs a program once more where its worker died, and only that one', async () => {
    const { backend, pool } = poolOf(2)
    const [broken, other] = [pool.run({ main: 'broken' }), pool.run({ main: 'other' })]
    await until(() => backend.runs.length === 2)
    backend.runs[0]?.break()
    await until(() => backend.runs.length === 3)
    expect(backend.sources).toEqual(['broken', 'other', 'broken'])
    backend.runs[1]?.finish()
    backend.runs[2]?.finish({ exitCode: 7, status: 'failed' })
    expect([(await broken).exitCode, (await other).exitCode, pool.status.lost]).toEqual([7, 0, 1])
  })

  it('gives up where the second worker died too', async () => {
    const { backend, pool } = poolOf()
    const run = pool.run({ main: 'a' })
    for (const at of [0, 1]) {
      await until(() => backend.runs.length === at + 1)
      backend.runs[at]?.break()
    }
    await expect(run).rejects.toMatchObject({ code: 'SANDBOX_FAILED' })
    expect([backend.runs.length, pool.status.lost]).toEqual([2, 2])
  })

  it('does not repeat a program that may have exchanged messages', async () => {
    const { backend, pool } = poolOf()
    const [execution] = await pool.start([{ main: 'a' }])
    backend.runs[0]?.break()
    await expect(execution?.result).rejects.toMatchObject({ code: 'SANDBOX_FAILED' })
    expect(backend.runs.length).toBe(1)
  })

  it('starts programs together once there is room for all of them', async () => {
    const { backend, pool } = poolOf(2)
    pool.run({ main: 'first' }).catch(() => {})
    await until(() => backend.runs.length === 1)
    const pair = pool.start([{ main: 'judge' }, { main: 'candidate' }])
    await until(() => pool.status.idle === 1)
    expect(backend.sources).toEqual(['first'])
    backend.runs[0]?.finish()
    expect(await pair).toHaveLength(2)
    expect(backend.sources).toEqual(['first', 'judge', 'candidate'])
  })

  it('cancels a program in the queue, and one that runs', async () => {
    const { backend, pool } = poolOf()
    const [running, waiting] = [new AbortController(), new AbortController()]
    const first = pool.run({ main: 'a' }, { signal: running.signal })
    await until(() => backend.runs.length === 1)
    const second = pool.run({ main: 'b' }, { signal: waiting.signal })
    waiting.abort(new Error('no need'))
    await expect(second).rejects.toThrow('no need')
    running.abort()
    expect((await first).status).toBe('cancelled')
    expect(backend.sources).toEqual(['a'])
  })

  it('starts a worker once more that died while it started, and runs what waits for it', async () => {
    const { backend, pool } = poolOf()
    await until(() => pool.status.idle === 1)
    const first = pool.run({ main: 'a' })
    await until(() => backend.runs.length === 1)
    backend.failures = 1
    backend.runs[0]?.break()
    await until(() => backend.runs.length === 2)
    backend.runs[1]?.finish()
    expect([(await first).status, backend.failures <= 0]).toEqual(['ok', true])
    backend.failures = 2
    const second = pool.run({ main: 'b' })
    await until(() => backend.runs.length === 3)
    backend.runs[2]?.break()
    await expect(second).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE' })
  })

  it('tells everyone that waits where no worker can be started', async () => {
    const { backend, pool } = poolOf()
    await until(() => pool.status.idle === 1)
    backend.problem = 'bwrap is gone'
    const running = pool.run({ main: 'a' })
    const waiting = pool.run({ main: 'b' })
    backend.runs[0]?.break()
    expect([codeOf(await running.catch((thrown) => thrown)), codeOf(await waiting.catch((thrown) => thrown))]).toEqual([
      'SANDBOX_UNAVAILABLE',
      'SANDBOX_UNAVAILABLE',
    ])
  })

  it('is closed only when a worker that was starting has ended', async () => {
    const backend = new FakeBackend()
    const end = vi.fn(async () => {})
    let give: (worker: Worker) => void = () => {}
    backend.startWorker = () => new Promise((resolve) => (give = resolve))
    const pool = new SandboxPool(backend, { size: 1 })
    let isClosed = false
    const closed = pool.close().then(() => (isClosed = true))
    await new Promise(setImmediate)
    expect(isClosed).toBe(false)
    give({ isReusable: true, pid: 1, ended: new Promise(() => {}), end, start: () => expect.unreachable() })
    await closed
    expect(end).toHaveBeenCalled()
  })

  it('refuses everything once it is closed', async () => {
    const { backend, pool } = poolOf()
    pool.run({ main: 'a' }).catch(() => {})
    const waiting = pool.run({ main: 'b' })
    await until(() => backend.runs.length === 1)
    await Promise.all([pool.close(), expect(waiting).rejects.toMatchObject({ code: 'SANDBOX_BUSY' })])
    await expect(pool.run({ main: 'c' })).rejects.toMatchObject({ code: 'SANDBOX_BUSY' })
    expect(pool.status.workers).toBe(0)
  })
})

describe('a session', () => {
  it('has one time for all its programs, whatever they wait in the queue', async () => {
    const { backend, pool } = poolOf()
    const session = new SandboxSession(pool, { owner: 'episode', totalMs: 60 })
    const runFor = async (durationMs: number, status: 'ok' | 'timeout' = 'ok') => {
      const count = backend.runs.length
      const result = session.run({ main: 'a', limits: { timeoutMs: 50 } })
      await until(() => backend.runs.length > count)
      const { program, finish } = backend.runs[count] ?? { program: null, finish: () => {} }
      finish({ durationMs, status })
      return [program?.limits.timeoutMs, (await result).status, session.leftMs]
    }
    expect(await runFor(20)).toEqual([50, 'ok', 40])
    expect(await runFor(30.5)).toEqual([40, 'ok', 9.5])
    expect(await runFor(9.4, 'timeout')).toEqual([10, 'timeout', 0])
  })

  it('does not start a program when it has no time left: that is a timeout', async () => {
    const { backend, pool } = poolOf()
    const episode = new SandboxSession(pool, { owner: 'episode', totalMs: 0 })
    const step = new SandboxSession(episode, { owner: 'episode', totalMs: 1000 })
    const { status, durationMs, exitCode, stdout } = await step.run({ main: 'a' })
    expect([status, durationMs, exitCode, stdout.text, backend.runs.length]).toEqual(['timeout', 0, null, '', 0])
  })
})

describe('a fair queue', () => {
  it('removes an item from the middle, and forgets owners that have none', () => {
    const queue = new FairQueue<string>()
    for (const item of ['a1', 'a2', 'a3', 'b1']) queue.add(item.charAt(0), item)
    expect([queue.remove('a', 'a2'), queue.remove('a', 'a2'), queue.remove('c', 'x'), queue.size]).toEqual([
      true,
      false,
      false,
      3,
    ])
    expect([queue.first, queue.take(), queue.take(), queue.take(), queue.take(), queue.size]).toEqual([
      'a1',
      'a1',
      'b1',
      'a3',
      undefined,
      0,
    ])
  })
})
