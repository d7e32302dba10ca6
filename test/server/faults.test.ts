import { describe, expect, it } from 'vitest'
import { chaos } from '../support/server/chaos.ts'
import { connected, quiet, served, until } from '../support/server/client.ts'
import { echo, gated } from '../support/server/worlds.ts'

describe('a server among broken connections', () => {
  it('keeps every acknowledged step, answers no client wrongly and leaves nothing open', async () => {
    const report = await chaos(11, 150)
    expect(report).toMatchObject({ missing: 0, wrong: 0, closedTwice: 0, failures: [] })
    expect(report.acknowledged).toBeGreaterThan(100)
    expect(report.faults).toBeGreaterThan(3)
    expect(report.groupsClosed).toBeGreaterThan(3)
  })

  it('reads no further from a client that does not read, and continues when it does', async () => {
    const server = await served([echo], { limits: { bufferedBytes: 100_000 } })
    let taken = 0
    server.host.listen({
      stepTaken: () => {
        taken++
        return undefined
      },
    })
    const client = await connected(server)
    await client.reset()
    client.socket.pause()
    const count = 600
    for (let step = 0; step < count; step++) client.send({ type: 'step', data: { action: 'x'.repeat(60_000) } })
    let before = -1
    while (before !== taken) {
      before = taken
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
    expect(taken).toBeLessThan(count)
    client.socket.resume()
    await until(() => client.frames.length === count + 1)
    expect(taken).toBe(count)
  })

  it('cancels the step of a client that vanishes in the middle of it', async () => {
    const { environment } = gated()
    const server = await served([environment])
    const endings: unknown[] = []
    server.host.listen({
      episodeEnded: ({ trajectory }) => endings.push([trajectory.ending, trajectory.steps.length]),
    })
    const client = await connected(server)
    await client.reset()
    client.send({ type: 'step', data: { action: 'never released' } })
    await client.delivered()
    client.socket.terminate()
    await quiet(server)
    expect(endings).toEqual([['aborted', 0]])
  })
})
