import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { readRun } from '../../../records/index.ts'
import { compiledPath } from '../../support/compiled.ts'
import { freePort } from '../../support/free-port.ts'
import { Client } from '../../support/server/client.ts'

const COMMAND = compiledPath('bin/stepgym.ts')
const folder = mkdtempSync(join(tmpdir(), 'stepgym-killed-'))
const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** A server in a process of its own, recording into the folder. */
async function serving(port: number): Promise<ChildProcess> {
  const args = ['serve', '--env', 'guess-number', '--record', 'runs', '--port', `${port}`]
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd: folder })
  children.push(child)
  while (!(await fetch(`http://127.0.0.1:${port}/health`).catch(() => null))) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
    await sleep(50)
  }
  return child
}

interface Acknowledged {
  readonly episode: string
  readonly actions: string[]
}

const actionOf = (number: number, step: number): string => `${((number + step * 7) % 100) + 1}`

/** Plays one episode after the other over HTTP until the server is gone. */
async function playOverHttp(port: number, name: string, acknowledged: Acknowledged[]): Promise<void> {
  const post = async (path: string, body: object) => {
    const init = { method: 'POST', body: JSON.stringify(body) }
    return JSON.parse(await (await fetch(`http://127.0.0.1:${port}/guess-number/${path}`, init)).text())
  }
  for (let number = 0; ; number++) {
    const episode = { episode: `${name}-http-${number}`, actions: [] as string[] }
    await post('reset', { episode_id: episode.episode })
    acknowledged.push(episode)
    for (let step = 0, isDone = false; !isDone; step++) {
      const { done } = await post('step', { episode_id: episode.episode, action: { action: actionOf(number, step) } })
      episode.actions.push(actionOf(number, step))
      isDone = done
    }
  }
}

/** Plays one episode after the other over MCP, each in a session of its own, until the server is gone. */
async function playOverMcp(port: number, name: string, acknowledged: Acknowledged[]): Promise<void> {
  const ask = async (id: string, session: string | null, method: string, params: object) => {
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    const response = await fetch(`http://127.0.0.1:${port}/guess-number/mcp?episode_id=${id}`, {
      method: 'POST',
      headers: session === null ? headers : { ...headers, 'mcp-session-id': session },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    return { session: response.headers.get('mcp-session-id'), text: await response.text() }
  }
  const clientInfo = { name: 'test', version: '1' }
  for (let number = 0; ; number++) {
    const episode = { episode: `${name}-mcp-${number}`, actions: [] as string[] }
    const initialize = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo }
    const { session } = await ask(episode.episode, null, 'initialize', initialize)
    acknowledged.push(episode)
    const listed = JSON.parse((await ask('', session, 'tools/list', {})).text)
    const [tool] = listed.result.tools
    for (let step = 0, isDone = false; !isDone; step++) {
      const call = { name: tool.name, arguments: { action: actionOf(number, step) } }
      const { text } = await ask('', session, 'tools/call', call)
      episode.actions.push(actionOf(number, step))
      isDone = text.includes('"done":true')
    }
  }
}

/** Plays one episode after the other over a socket until the server is gone. */
async function playOn(port: number, name: string, acknowledged: Acknowledged[]): Promise<void> {
  const client = new Client(`ws://127.0.0.1:${port}/ws`)
  await once(client.socket, 'open')
  for (let number = 0; client.closed === null; number++) {
    const episode = { episode: `${name}-${number}`, actions: [] as string[] }
    await client.reset({ episode_id: episode.episode })
    acknowledged.push(episode)
    for (let step = 0, isDone = false; !isDone; step++) {
      const { data } = await client.step(actionOf(number, step))
      episode.actions.push(actionOf(number, step))
      isDone = data.done === true
    }
  }
}

const PROTOCOLS = [/^\w+-\d+-\d+$/, /-http-/, /-mcp-/]

/** Whether a step of an episode over a protocol, which its name says, was acknowledged. */
const isPlayed = (acknowledged: readonly Acknowledged[], protocol: RegExp): boolean =>
  acknowledged.some(({ episode, actions }) => protocol.test(episode) && actions.length > 0)

describe('a recording server that is killed', () => {
  it('has every acknowledged step in its record, and continues with it when it is started again', async () => {
    const acknowledged: Acknowledged[] = []
    for (const round of ['first', 'second', 'third']) {
      const port = await freePort()
      const child = await serving(port)
      const begun = acknowledged.length
      const playing = [playOn, playOn, playOverHttp, playOverHttp, playOverMcp].map((play, client) =>
        play(port, `${round}-${client}`, acknowledged).catch(() => null),
      )
      while (PROTOCOLS.some((protocol) => !isPlayed(acknowledged.slice(begun), protocol))) await sleep(10)
      child.kill('SIGKILL')
      await Promise.all(playing)
    }
    const recorded = new Map(
      [...readRun(join(folder, 'runs', 'guess-number')).trajectories()].map(({ trajectory }) => [
        trajectory.id,
        trajectory.steps.map(({ action }) => action),
      ]),
    )
    for (const { episode, actions } of acknowledged)
      expect(recorded.get(episode)?.slice(0, actions.length)).toEqual(actions)
  })
})
