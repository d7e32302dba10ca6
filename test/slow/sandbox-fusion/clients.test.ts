import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { messageOf } from '../../../core/data/errors.ts'
import { SandboxPool } from '../../../sandbox/pool.ts'
import { newFolder } from '../../support/folder.ts'
import { backendsHere } from '../../support/sandbox/backends.ts'
import { sandboxServer } from '../../support/server/sandbox-server.ts'
import { hasPython, printedBy, pythonWith, wheelOf } from '../python.ts'

const CLIENT = 'sandbox-fusion==0.3.7'
const VERL = 'verl==0.9.1'
const TOKEN = 'secret-token'

/** What the clients need, or why it is not here. */
async function installed() {
  if (!hasPython()) return { problem: 'there is no python3 with venv' }
  try {
    const python = await pythonWith(CLIENT)
    return { python, verl: join(await wheelOf(python, VERL), 'verl/utils/reward_score') }
  } catch (thrown) {
    return { problem: `packages cannot be installed: ${messageOf(thrown)}` }
  }
}

const [finding] = await backendsHere()
const backend = finding?.name === 'zygote' && finding.problem === null ? finding.backend : null
const here = await installed()
if (here.problem !== undefined) console.warn(`skipped: clients of SandboxFusion: ${here.problem}`)

describe.skipIf(backend === null || here.problem !== undefined)('clients of SandboxFusion, unchanged,', () => {
  const pool = backend && new SandboxPool(backend, { size: 2, waiting: 1000 })
  afterAll(() => pool?.close())
  const serve = async () => {
    if (pool === null || here.python === undefined) throw new Error('skipped')
    const path = join(newFolder(), 'mbpp.jsonl')
    const tests = ['assert add(1, 2) == 3', 'assert add(0, 0) == 0']
    writeFileSync(path, JSON.stringify({ task_id: 2, text: 'Add.', code: 'def add(a, b): pass', test_list: tests }))
    const tokens = [{ role: 'trainer' as const, token: TOKEN }]
    const { url } = await sandboxServer(pool, { tokens, datasets: [{ name: 'mbpp', path }] })
    return { ...here, base: `${url}/t/${TOKEN}` }
  }

  it(`${CLIENT} runs programs, one and a hundred, and submits`, async () => {
    const { python, base } = await serve()
    expect(await printedBy(python, join(import.meta.dirname, 'client.py'), base)).toEqual({
      python: ['Success', 'Success', 'hello\n'],
      nodejs: ['Success', 'Success', '42\n'],
      failed: ['Failed', 'failed', ''],
      timeout: ['Failed', 'timeout', '1\n'],
      files: { 'out.txt': Buffer.from('abab').toString('base64') },
      async: ['Success', 'Success', '81\n'],
      many: true,
      prompts: [2],
      prompt: expect.stringContaining('Add. Your code should pass these tests:'),
      good: [true, 'fenced', [true, true]],
      bad: false,
    })
  })

  it(`${VERL} scores completions`, async () => {
    const { python, base, verl } = await serve()
    expect(await printedBy(python, join(import.meta.dirname, 'verl.py'), `${base}/run_code`, verl)).toEqual({
      right: [1, ['success']],
      wrong: [0.1, ['success', 'wrong_answer']],
      error: [0, ['runtime_error']],
      timeout: [0, ['timeout']],
      memory: [0, ['runtime_error']],
      function: [1, ['success']],
      method: [1, ['success']],
      asserts: [0.5, ['runtime_error', 'success']],
      many: true,
      nodejs: Array.from({ length: 10 }, () => true),
      unsupported: [-1],
    })
  })
})
