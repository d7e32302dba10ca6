import { execFile } from 'node:child_process'
import { createServer } from 'node:net'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { dial } from '../../../agents/remote/dial.ts'
import { compiledPath } from '../../support/compiled.ts'
import { served } from '../../support/server/client.ts'
import { echo } from '../../support/server/worlds.ts'

const COMPILED = pathToFileURL(compiledPath('agents/remote/dial-built-in.ts')).href
/** Node.js 20 has its own WebSocket behind a flag. */
const FLAGS = ['--experimental-websocket', '--no-warnings']

async function withBuiltIn(address: string): Promise<unknown> {
  const program = `
    import { dialBuiltIn } from ${JSON.stringify(COMPILED)}
    const call = { address: ${JSON.stringify(address)}, protocol: null, token: null, timeoutMs: 60_000 }
    const received = []
    const events = {
      onText: (text) => {
        received.push(JSON.parse(text).type)
        socket.send('{"type":"close"}')
      },
      onBinary: () => received.push('binary'),
      onClosed: (close) => console.log(JSON.stringify([...received, close])),
    }
    const socket = await dialBuiltIn(call, events).catch(({ code, message }) => {
      console.log(JSON.stringify({ code, message }))
    })
    socket?.send('{"type":"reset"}')`
  const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, '--input-type=module', '-e', program])
  return JSON.parse(stdout)
}

describe("the runtime's own WebSocket", () => {
  it('connects, sends, and receives the close code', async () => {
    const { url } = await served([echo], { tokens: [{ role: 'agent', token: 'a-good-token' }] })
    const received = await withBuiltIn(`${url.replace('http', 'ws')}/t/a-good-token/ws`)
    expect(received).toEqual(['observation', { status: 1000, reason: 'closed as asked' }])
  })

  it('says that it was refused, without the token', async () => {
    const { url } = await served([echo], { tokens: [{ role: 'agent', token: 'a-good-token' }] })
    const received = await withBuiltIn(`${url.replace('http', 'ws')}/t/a-bad-token/ws`)
    expect(received).toMatchObject({ code: 'CONNECTION_LOST', message: expect.stringContaining('/t/***/ws') })
  })
})

describe('dial', () => {
  it('gives up on a server that accepts and says nothing', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const address = silent.address()
    const port = typeof address === 'object' ? address?.port : 0
    const events = { onText: () => {}, onBinary: () => {}, onClosed: () => {} }
    const dialling = { url: `http://127.0.0.1:${port}`, protocol: null, timeoutMs: 30 }
    await expect(dial(dialling, events)).rejects.toThrow(expect.objectContaining({ code: 'CONNECTION_LOST' }))
    silent.close()
  })
})
