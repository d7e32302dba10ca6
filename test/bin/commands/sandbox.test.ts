import { describe, expect, it } from 'vitest'
import { run, runJson } from '../../support/command.ts'
import { backendsHere } from '../../support/sandbox/backends.ts'

const [finding] = await backendsHere()
const INTERRUPTED = { signal: AbortSignal.abort() }

describe('stepgym sandbox serve', () => {
  it.skipIf(finding?.problem !== null)(
    'shows what trainers set, never a token, and ends when interrupted',
    async () => {
      const args = ['sandbox', 'serve', '--port', '0', '--token', 'secret-token', '--size', '1']
      const { code, out } = await run(args, INTERRUPTED)
      expect(code).toBe(0)
      expect(out).toMatch(/reward\.sandbox_fusion\.url='http:\/\/127\.0\.0\.1:\d+\/t\/TOKEN\/run_code'/)
      expect(out).not.toContain('secret-token')
      const everywhere = await run([...args, '--host', '0.0.0.0'], INTERRUPTED)
      expect(everywhere.out).toMatch(/set_endpoint\("http:\/\/HOST:\d+\/t\/TOKEN"\)/)
      const { json } = await runJson(['sandbox', 'serve', '--port', '0', '--size', '1'], INTERRUPTED)
      expect(json).toMatchObject({ url: expect.stringMatching(/^http:/), backend: finding?.name, datasets: [] })
    },
  )

  it('refuses flags that it cannot read, a variable without a token, and a data set that is not there', async () => {
    const serve = async (...args: string[]) => run(['sandbox', 'serve', '--port', '0', ...args], INTERRUPTED)
    expect((await serve('--token', 'short')).err).toContain('TOKEN, of 8 to 256')
    expect((await serve('--dataset', 'mbpp')).err).toContain('NAME=PATH')
    expect((await serve('--token', 'env:NOTHING')).err).toContain('the variable has no token')
    if (finding?.problem !== null) return
    expect((await serve('--dataset', 'mbpp=nowhere.jsonl')).err).toContain('nowhere.jsonl: the file cannot be read')
    expect((await serve('--dataset', 'other=nowhere.jsonl')).err).toMatch(/humaneval_python, mbpp, code_contests/)
    expect((await serve('--host', '0.0.0.0')).err).toContain('set tokens')
  })
})
