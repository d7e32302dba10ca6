import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../core/data/types.ts'
import type { Environment } from '../../core/episode/environment.ts'
import bfcl from '../../envs/tools/bfcl/index.ts'
import mcp from '../../envs/tools/mcp/index.ts'
import retail from '../../envs/tools/retail/index.ts'
import { calling, fakeEndpoint } from '../support/chat-endpoint.ts'
import { run, runJson } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'
import { served } from '../support/server/client.ts'

const SCRIPT = ({ number }: { readonly number: number }) =>
  number % 2 === 0 ? calling(['calculate', { expression: '1 + 1' }]) : { content: 'Everything is done.' }

describe('stepgym rollout --agent chat', () => {
  it('gives the model the tools of the task on a server too, and counts what was used', async () => {
    const endpoint = await fakeEndpoint(SCRIPT)
    const server = await served([retail])
    const agent = `chat:baseUrl=${endpoint.baseUrl},model=m,inputPrice=1,outputPrice=10`
    const args = ['rollout', '--server', server.url, '--env', 'tools-retail', '--agent', agent]
    const { code, json } = await runJson([...args, '--groups', '1', '--group-size', '2'], { folder: newFolder() })
    expect(code).toBe(0)
    expect(json.summary).toMatchObject({ episodes: 2, endings: { terminated: 2 } })
    expect(json.usage.values).toMatchObject({
      answers: endpoint.asked.length,
      promptTokens: 100 * endpoint.asked.length,
    })
    expect(json.usage.values.cost).toBeCloseTo((endpoint.asked.length * (100 + 10 * 10)) / 1e6, 12)
    for (const { body } of endpoint.asked) expect(body.tools).toHaveLength(16)
  })

  it('gives tools that arrive in a later turn, and those of an MCP server, on a server too', async () => {
    const namesOf = (body: JsonObject): readonly string[] =>
      (body.tools as readonly { readonly function: { readonly name: string } }[]).map((tool) => tool.function.name)
    const names = async (environment: Environment, set: JsonObject): Promise<readonly (readonly string[])[]> => {
      const endpoint = await fakeEndpoint(() => ({ content: 'I cannot do that yet.' }))
      const server = await served([environment], { options: set })
      const agent = `chat:baseUrl=${endpoint.baseUrl},model=m`
      const args = ['rollout', '--server', server.url, '--env', environment.id.replace(/@.*/, ''), '--agent', agent]
      const { code } = await runJson([...args, '--groups', '1', '--group-size', '1'], { folder: newFolder() })
      expect(code).toBe(0)
      return endpoint.asked.map(({ body }) => namesOf(body))
    }
    const [first = [], ...later] = await names(bfcl, { tasks: 6, missingFunctions: 1, missingDetails: 0 })
    expect(later.at(-1)?.slice(0, first.length)).toEqual(first)
    expect(later.at(-1)).toHaveLength(first.length + 1)
    expect(await names(mcp, {})).toEqual([['write_note', 'read_note', 'list_notes']])
  })

  it('prints what was used, and says where an endpoint refuses', async () => {
    const endpoint = await fakeEndpoint(SCRIPT)
    const rollout = ['rollout', '--env', 'tools/retail', '--groups', '1', '--group-size', '1', '--out', 'run']
    const played = await run([...rollout, '--agent', `chat:baseUrl=${endpoint.baseUrl},model=m`], {
      folder: newFolder(),
    })
    expect(played).toMatchObject({ code: 0, out: expect.stringContaining('\n2 answers, 200 tokens in, 20 out\n') })
    const refusing = await fakeEndpoint(() => ({ status: 404, text: 'no model m' }))
    const failed = await run([...rollout, '--agent', `chat:baseUrl=${refusing.baseUrl},model=m`], {
      folder: newFolder(),
    })
    expect(failed.code).toBe(1)
    expect(failed.out).toContain('1 aborted: MODEL_FAILED')
    const keyless = await run([...rollout, '--agent', 'chat:model=m,apiKey=sk-123'], { folder: newFolder() })
    expect(keyless.code).toBe(1)
    expect(keyless.err).toContain('apiKey is env:NAME')
    expect(keyless.err).not.toContain('sk-123')
  })
})
