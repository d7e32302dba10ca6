import { describe, expect, it } from 'vitest'
import retail from '../../envs/tools/retail/index.ts'
import { calling, fakeEndpoint } from '../support/chat-endpoint.ts'
import { freshFolder, run, runJson } from '../support/command.ts'
import { served } from '../support/server/client.ts'

const SCRIPT = ({ number }: { readonly number: number }) =>
  number % 2 === 0 ? calling(['calculate', { expression: '1 + 1' }]) : { content: 'Everything is done.' }

describe('stepgym rollout --agent chat', () => {
  it('gives the model the tools of the task on a server too, and counts what was used', async () => {
    const endpoint = await fakeEndpoint(SCRIPT)
    const server = await served([retail])
    const agent = `chat:baseUrl=${endpoint.baseUrl},model=m,inputPrice=1,outputPrice=10`
    const args = ['rollout', '--server', server.url, '--env', 'tools-retail', '--agent', agent]
    const { code, json } = await runJson([...args, '--groups', '1', '--group-size', '2'], { folder: freshFolder() })
    expect(code).toBe(0)
    expect(json.summary).toMatchObject({ episodes: 2, endings: { terminated: 2 } })
    expect(json.usage.values).toMatchObject({
      answers: endpoint.asked.length,
      promptTokens: 100 * endpoint.asked.length,
    })
    expect(json.usage.values.cost).toBeCloseTo((endpoint.asked.length * (100 + 10 * 10)) / 1e6, 12)
    for (const { body } of endpoint.asked) expect(body.tools).toHaveLength(16)
  })

  it('prints what was used, and says where an endpoint refuses', async () => {
    const endpoint = await fakeEndpoint(SCRIPT)
    const rollout = ['rollout', '--env', 'tools/retail', '--groups', '1', '--group-size', '1', '--out', 'run']
    const played = await run([...rollout, '--agent', `chat:baseUrl=${endpoint.baseUrl},model=m`], {
      folder: freshFolder(),
    })
    expect(played).toMatchObject({ code: 0, out: expect.stringContaining('\n2 answers, 200 tokens in, 20 out\n') })
    const refusing = await fakeEndpoint(() => ({ status: 404, text: 'no model m' }))
    const failed = await run([...rollout, '--agent', `chat:baseUrl=${refusing.baseUrl},model=m`], {
      folder: freshFolder(),
    })
    expect(failed.code).toBe(1)
    expect(failed.out).toContain('1 aborted: MODEL_FAILED')
    const keyless = await run([...rollout, '--agent', 'chat:model=m,apiKey=sk-123'], { folder: freshFolder() })
    expect(keyless.code).toBe(1)
    expect(keyless.err).toContain('apiKey is env:NAME')
    expect(keyless.err).not.toContain('sk-123')
  })
})
