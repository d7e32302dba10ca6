import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Trajectory } from '../../../core/data/types.ts'
import python3 from '../../../envs/sandbox/python/index.ts'
import airline from '../../../envs/tools/airline/index.ts'
import retail from '../../../envs/tools/retail/index.ts'
import { quiet, served } from '../../support/server/client.ts'
import { hasPython, OPENENV, printedBy, pythonWithOpenEnv } from '../python.ts'

const SCRIPT = join(import.meta.dirname, 'tool_client.py')

describe.skipIf(!hasPython())(`MCPToolClient of ${OPENENV}, unchanged,`, () => {
  let python = ''
  beforeAll(async () => {
    python = await pythonWithOpenEnv()
  })
  const play = (scene: string, url: string): Promise<unknown> => printedBy(python, SCRIPT, scene, url)

  it('lists and calls tools over HTTP, in the episode of its socket', async () => {
    const server = await served([retail, airline])
    const ended: Trajectory[] = []
    server.host.listen({ episodeEnded: ({ trajectory }) => void ended.push(trajectory) })
    expect(await play('over_http', `${server.url}/tools-retail`)).toMatchObject({
      before: expect.arrayContaining(['calculate', 'respond']),
      started: expect.stringContaining('[user]'),
      said: expect.stringMatching(/\w/),
      total: '6.0',
      bad: 'Unknown action no_such_tool',
      schema: { type: 'object', required: ['expression'] },
      steps: 3,
      done: true,
      result: 'Transfer successful',
    })
    await quiet(server)
    expect(ended).toMatchObject([{ id: 'over-http', ending: 'terminated', steps: { length: 4 } }])
  })

  it('lists and calls tools as steps of its socket', async () => {
    const server = await served([airline])
    const shown = (await play('over_socket', server.url)) as { readonly names: readonly string[] }
    expect(shown).toMatchObject({
      total: '6.0',
      error: expect.stringContaining('(type: tool_not_found)'),
      again: shown.names,
      step: 2,
      reward: 0,
    })
    expect(shown.names).toContain('respond')
    await quiet(server)
  })

  it('finds what the taskset of verifiers looks for', async () => {
    const server = await served([retail])
    expect(await play('as_verifiers', server.url)).toEqual({
      required: true,
      tools: 17,
      observation: { tool_name: 'calculate', result: '6.0', error: null },
    })
    await quiet(server)
  })

  it('writes, runs and tests code in the sandbox', async () => {
    const server = await served([python3])
    expect(await play('in_sandbox', server.url)).toEqual({
      tools: ['delete_file', 'edit_file', 'read_file', 'run', 'run_tests', 'submit', 'write_file', 'write_files'],
      started: expect.stringContaining('Hidden tests decide'),
      wrote: 'Wrote hello.py: 1 line.',
      ran: 'Exit code 0.\nOutput:\n42\n',
      tested: expect.stringMatching(/^0 of \d+ public tests pass/),
      done: true,
      reward: 0,
    })
    await quiet(server)
  })

  it('plays with the token of an agent', async () => {
    const server = await served([retail], { tokens: [{ role: 'agent', token: 'agents-token' }] })
    expect(await play('with_token', server.url)).toEqual({ total: '6.0' })
    await quiet(server)
  })
})
