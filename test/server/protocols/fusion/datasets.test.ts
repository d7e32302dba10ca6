import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { SandboxPool } from '../../../../sandbox/pool.ts'
import { newFolder } from '../../../support/folder.ts'
import { backendsHere } from '../../../support/sandbox/backends.ts'
import { sandboxServer } from '../../../support/server/sandbox-server.ts'

const HUMANEVAL = {
  task_id: 'HumanEval/0',
  prompt: 'def twice(x):\n    """Twice x."""\n',
  canonical_solution: '    return 2 * x\n',
  test: 'def check(candidate):\n    assert candidate(2) == 4\n    assert candidate(-1) == -2\n',
  entry_point: 'twice',
}
const MBPP = [
  {
    task_id: 2,
    text: 'Write a function to add.',
    code: 'def add(a, b):\n    return a + b',
    test_list: ['assert add(1, 2) == 3', 'assert add(0, 0) == 0'],
    test_setup_code: '',
    challenge_test_list: ['assert add(9, 9) == 18'],
  },
  { task_id: 3, text: 'Write f.', code: 'def f(): pass', test_list: ['assert f() == 1'], test_setup_code: '' },
]
const STDIN = {
  id: 7,
  content: 'Print the sum.',
  labels: {},
  test: [
    { input: { stdin: '1 2' }, output: { stdout: '3\n' } },
    { input: { stdin: '4 4' }, output: { stdout: '8' } },
    { input: { stdin: '5 5' }, output: { stdout: '10' } },
  ],
}
const fenced = (code: string, language = 'python'): string => `Here it is.\n\`\`\`${language}\n${code}\n\`\`\`\nDone.`

const [finding] = await backendsHere()
const backend = finding?.problem === null ? finding.backend : null

describe.skipIf(backend === null)("SandboxFusion's data sets", () => {
  const pool = backend && new SandboxPool(backend, { size: 2 })
  afterAll(() => pool?.close())
  const serve = () => {
    if (pool === null) throw new Error('skipped')
    const folder = newFolder()
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const own = newFolder()
    const task = { id: 'sum', statement: 'Add.', stdin_tests: [{ input: '1 2', output: '3' }] }
    writeFileSync(join(own, 'tasks.json'), JSON.stringify([task]))
    return sandboxServer(pool, {
      datasets: [
        { name: 'humaneval_python', path: file('h.jsonl', JSON.stringify(HUMANEVAL)) },
        { name: 'mbpp', path: file('m.jsonl', MBPP.map((row) => JSON.stringify(row)).join('\n')) },
        { name: 'own', path: own },
      ],
    })
  }

  it('are listed, with their ids and prompts', async () => {
    const { call } = await serve()
    expect((await call('/list_datasets')).body).toEqual(['humaneval_python', 'mbpp', 'own'])
    const mbpp = { dataset: 'mbpp', config: {} }
    expect((await call('/list_ids', mbpp)).body).toEqual([2, 3])
    expect((await call('/list_ids', { ...mbpp, offset: 1, limit: 5 })).body).toEqual([3])
    const { body } = await call('/get_prompt_by_id', { ...mbpp, id: 2 })
    expect(body).toMatchObject({ id: 2, labels: { test_list: MBPP[0]?.test_list } })
    expect(body.prompt).toMatch(/Write a function to add\. .*\n\nassert add\(1, 2\) == 3\nassert add\(0, 0\) == 0$/)
    const prompts = await call('/get_prompts', { dataset: 'humaneval_python', config: {} })
    expect(prompts.body).toMatchObject([
      { id: 'HumanEval/0', prompt: HUMANEVAL.prompt, labels: { entry_point: 'twice' } },
    ])
    const freeform = { dataset: 'humaneval_python', config: { extra: { is_freeform: true } }, id: 'HumanEval/0' }
    expect((await call('/get_prompt_by_id', freeform)).body.prompt).toContain(`\`\`\`python\n${HUMANEVAL.prompt}`)
  })

  it('judge a completion of HumanEval that continues the prompt, and one that is whole', async () => {
    const { call } = await serve()
    const submit = async (completion: string, extra = {}) =>
      (await call('/submit', { dataset: 'humaneval_python', id: 'HumanEval/0', completion, config: { extra } })).body
    const right = await submit('    return x + x\n\nprint("more")\n')
    expect(right).toMatchObject({ id: 'HumanEval/0', accepted: true, extracted_code: '    return x + x\n' })
    expect(right.tests).toMatchObject([
      { passed: true, exec_info: { status: 'Success', run_result: { status: 'Finished', return_code: 0 } } },
    ])
    const whole = fenced('def twice(x: List[int]):\n    return math.floor(x + x)')
    expect(await submit(whole, { is_freeform: true })).toMatchObject({ accepted: true, extracted_type: 'fenced' })
    const wrong = await submit('    return 4\n')
    expect(wrong).toMatchObject({
      accepted: false,
      tests: [{ passed: false, exec_info: { status: 'Failed', run_result: { return_code: 1 } } }],
    })
    expect(wrong.tests[0].exec_info.run_result.stderr).toBe('AssertionError')
  })

  it('judge MBPP test by test, and are not deceived by a program that ends with 0', async () => {
    const { call } = await serve()
    const submit = async (code: string) =>
      (await call('/submit', { dataset: 'mbpp', id: 2, completion: fenced(code), config: {} })).body
    const passed = ({ tests }: { tests: readonly { passed: boolean }[] }) => tests.map((each) => each.passed)
    expect(passed(await submit('def add(a, b):\n    return a + b'))).toEqual([true, true])
    expect(passed(await submit('def add(a, b):\n    return a * b'))).toEqual([false, true])
    const ending = await submit('import os\nos._exit(0)')
    expect([ending.accepted, passed(ending)]).toEqual([false, [false, false]])
    const forged = await submit('class E(int):\n    __eq__ = lambda a, b: True\ndef add(a, b):\n    return E(5)')
    expect([forged.accepted, forged.extra]).toEqual([false, { judge: 'split' }])
  })

  it('judge programs by their output, to the first that fails or all', async () => {
    const { call } = await serve()
    const submit = async (code: string, language = 'python', extra = {}) => {
      const config = { dataset_type: 'CommonOJDataset', language, provided_data: STDIN, extra }
      return (await call('/submit', { dataset: 'anything', id: 7, completion: fenced(code, language), config })).body
    }
    const right = await submit('print(sum(map(int, input().split())))')
    expect(right).toMatchObject({ accepted: true, tests: [{ passed: true }, { passed: true }, { passed: true }] })
    expect(right.tests[0].test_info).toEqual(STDIN.test[0])
    const wrong = 'a = input()\nprint(3 if a == "1 2" else 0)'
    expect((await submit(wrong)).tests.map(({ passed }: { passed: boolean }) => passed)).toEqual([true, false])
    expect((await submit(wrong, 'python', { run_all_cases: true })).tests).toHaveLength(3)
    if (backend?.languages.includes('javascript')) {
      const code = 'console.log(require("fs").readFileSync(0, "utf8").split(" ").reduce((a, b) => +a + +b))'
      expect(await submit(code, 'nodejs')).toMatchObject({ accepted: true })
    }
  })

  it('come from a folder of your own, and with a request', async () => {
    const { call } = await serve()
    const own = { dataset: 'own', config: {}, id: 'sum', completion: fenced('print(3)') }
    expect((await call('/submit', own)).body).toMatchObject({ accepted: true })
    const row = {
      id: 9,
      content: 'Write g.',
      labels: '{"test_setup_code": "import math"}',
      test_list: ['assert g() == 3'],
    }
    const config = { dataset_type: 'MBPPDataset', provided_data: row }
    const completion = fenced('def g():\n    return math.floor(3.5)')
    const given = await call('/submit', { dataset: 'mine', config, id: 9, completion })
    expect(given.body).toMatchObject({ id: 9, accepted: true })
    const listed = await call('/list_ids', { dataset: 'mine', config: { ...config, provided_data: [row] } })
    expect(listed.body).toEqual([9])
  })

  it('are refused at the start where the tests of a folder are not Python', async () => {
    const own = newFolder()
    const task = { id: 'js', statement: 'Add.', tests: ['assert(add(1, 2) === 3)'] }
    writeFileSync(join(own, 'tasks.json'), JSON.stringify([task]))
    if (pool === null) throw new Error('skipped')
    await expect(sandboxServer(pool, { datasets: [{ name: 'own', path: own }] })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('test 0 of the task "js" is not Python: '),
    })
  })

  it('are refused by name where there is none', async () => {
    const { call } = await serve()
    const ask = async (body: object) => {
      const { status, body: answer } = await call('/get_prompt_by_id', { id: 1, config: {}, ...body })
      return [status, answer.detail]
    }
    expect(await ask({ dataset: 'nothing' })).toEqual([400, expect.stringMatching(/humaneval_python, mbpp, own/)])
    expect(await ask({ dataset: 'mbpp', id: 99 })).toEqual([400, expect.stringContaining('no problem 99')])
    for (const name of ['constructor', 'toString', '__proto__'])
      expect(await ask({ dataset: name, config: { dataset_type: name, provided_data: {} } })).toEqual([
        400,
        expect.stringContaining('of no known class'),
      ])
    const rows = { dataset: 'x', config: { provided_data: {} } }
    expect(await ask(rows)).toEqual([400, expect.stringContaining('HumanEvalDataset, MBPPDataset, CommonOJDataset')])
    expect(await ask({ dataset: 'x', config: { dataset_type: 'CommonOJDataset', provided_data: {} } })).toEqual([
      400,
      expect.stringMatching(/id is a text or a number|content is a text/),
    ])
    for (const test of [null, {}, { output: { stdout: { a: 1 } } }, { input: { stdin: 5 }, output: { stdout: '' } }]) {
      const provided_data = { ...STDIN, test: [...STDIN.test, test] }
      expect(await ask({ dataset: 'x', config: { dataset_type: 'CommonOJDataset', provided_data } })).toEqual([
        400,
        expect.stringMatching(/stdin problem 7, test 4: input.stdin and output.stdout are texts/),
      ])
    }
    expect(await ask({ dataset: 'mbpp', config: { language: 'cobol' } })).toEqual([
      422,
      [expect.objectContaining({ loc: ['body', 'config', 'language'] })],
    ])
  })

  it('give pass@k of results', async () => {
    const { call } = await serve()
    const results = [1, 1, 2, 2].map((id, at) => ({ id, accepted: at < 2 || at === 3 }))
    const { body } = await call('/get_metrics', { dataset: 'mbpp', config: {}, results })
    expect(body).toEqual({ accepted: 0.75, 'pass@1': 0.75, 'pass@2': 1 })
    expect((await call('/get_metrics', { results: [] })).body).toEqual({})
    expect((await call('/get_metrics_function', {})).body).toEqual({ function: null })
  })
})
