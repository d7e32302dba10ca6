import { expect, it } from 'vitest'
import environment from '../../../envs/sandbox/python/index.ts'
import { fakeEndpoint } from '../../support/chat-endpoint.ts'
import { run } from '../../support/command.ts'
import { mcpClient, textsOf } from '../../support/mcp/client.ts'
import { describeWithSandbox } from '../../support/sandbox/judging.ts'
import { served } from '../../support/server/client.ts'
import { open, solutionOf, start } from './support.ts'

describeWithSandbox('sandbox-python, served by the Model Context Protocol,', () => {
  it('is played with its tools, and shows nothing of hidden tests from the first line to the last', async () => {
    const { task } = await start(await open({ tasks: 160 }))
    if (task.suite.kind !== 'code') throw new Error('no code')
    const server = await served([environment])
    const { client } = await mcpClient(server, '/sandbox-python/mcp?task=train-0')
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual([
      'write_file',
      'write_files',
      'edit_file',
      'read_file',
      'delete_file',
      'run',
      'run_tests',
      'submit',
    ])
    const said: unknown[] = [client.getInstructions(), tools]
    expect(client.getInstructions()).toContain(task.statement)
    const call = async (name: string, args: Record<string, unknown> = {}) => {
      const result = await client.callTool({ name, arguments: args })
      said.push(result)
      return textsOf(result)
    }
    expect(await call('run_tests')).toEqual([expect.stringMatching(/^0 of 8 public tests pass/)])
    await call('write_file', { path: 'solution.py', content: `${solutionOf(task)}\nprint("ready")\n` })
    expect(await call('run', { path: 'solution.py' })).toEqual(['Exit code 0.\nOutput:\nready\n'])
    expect(await call('run_tests')).toEqual(['8 of 8 public tests pass.'])
    expect(await call('submit')).toEqual(['Submitted.', 'The episode has ended: terminated.'])
    const text = JSON.stringify(said)
    const open_ = task.suite.tests.slice(0, task.publicTests)
    for (const test of task.suite.tests.slice(task.publicTests).filter((each) => !open_.includes(each)))
      expect(text).not.toContain(JSON.stringify(test).slice(1, -1))
    expect(text).not.toContain('"passed":[')
  })
})

describeWithSandbox('sandbox-python, played by a language model,', () => {
  it('takes native calls of its tools, and answers each', async () => {
    const { task } = await start(await open({ tasks: 160 }))
    const call = (id: string, name: string, args: object) => ({
      id,
      type: 'function',
      function: { name, arguments: JSON.stringify(args) },
    })
    const turns = [
      [call('a', 'write_file', { path: 'solution.py', content: solutionOf(task) }), call('b', 'run_tests', {})],
      [call('c', 'submit', {})],
    ]
    const { baseUrl, asked } = await fakeEndpoint(({ number }) => ({
      role: 'assistant',
      content: null,
      tool_calls: turns[number] ?? [],
    }))
    const flags = ['--groups', '1', '--group-size', '1', '--hook', 'tests-passed', '--json']
    const { code, out } = await run([
      'rollout',
      '--env',
      'sandbox/python',
      '--agent',
      `chat:model=m,baseUrl=${baseUrl}`,
      ...flags,
    ])
    expect(code).toBe(0)
    expect(out).toMatch(/"tests-passed"/)
    const [first, second] = asked.map(({ body }) => body)
    expect(first?.tools).toContainEqual(
      expect.objectContaining({ function: expect.objectContaining({ name: 'write_file' }) }),
    )
    expect(second?.messages.slice(-2)).toMatchObject([
      { role: 'tool', content: expect.stringMatching(/^Wrote solution.py: \d+ lines?.$/) },
      { role: 'tool', content: '8 of 8 public tests pass.' },
    ])
  })
})
