import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { newFolder } from '../../support/folder.ts'
import { hasPython, INSTALL_MS } from '../python.ts'
import { CLIENT, execute, FROM_SOURCES, PROGRAM_MS, printedBy, pytest, ROOT, runExample, runProgram } from './kit.ts'
import { isWanted, PEERS, type Peer, peerNamed, pythonOf } from './peers.ts'

/** Milliseconds that the installation and a program of a peer may take together: each has a deadline of its own. */
const PATIENCE_MS = INSTALL_MS + PROGRAM_MS + 5 * 60_000

/** Snippets in Python of the sections of a page, by the title of the section. */
function snippetsOf(page: string): ReadonlyMap<string, readonly string[]> {
  const sections = readFileSync(join(ROOT, 'docs', page), 'utf8')
    .split(/^## /m)
    .slice(1)
  const snippets = sections.map((section) => {
    const [title = ''] = section.split('\n')
    return [title, [...section.matchAll(/^```python\n([\s\S]*?)^```/gm)].map(([, code = '']) => code)] as const
  })
  return new Map(snippets.filter(([, found]) => found.length > 0))
}

/** Files with the tests of an adapter. */
const testsOf = ({ name }: Peer): readonly string[] =>
  readdirSync(join(CLIENT, 'tests/adapters'))
    .filter((file) => file === `test_${name}.py` || file.startsWith(`test_${name}_`))
    .map((file) => `tests/adapters/${file}`)

/** A folder with a tiny model of random weights in the place of one that would have to be downloaded. */
async function tinyModel(python: string): Promise<string> {
  const folder = newFolder()
  const program =
    'import sys; from tiny_model import *; made = tiny_tokenizer(); ' +
    'made.save_pretrained(sys.argv[1]); tiny_model(made).save_pretrained(sys.argv[1])'
  await execute(python, ['-c', program, folder], { cwd: join(ROOT, 'examples/python') })
  return folder
}

/** Inspect's mock model, in the place of one behind an API. */
const MOCK_MODEL =
  'inspect_ai.model.get_model("mockllm/model", custom_outputs=lambda *_: inspect_ai.model.ModelOutput' +
  '.from_content("mock", "50").model_copy(update={"usage": inspect_ai.model.ModelUsage()}))'

/** A snippet that trains or evaluates, as one that takes a few seconds: a tiny model, one step on a CPU. */
async function small(code: string, python: string): Promise<string> {
  if (code.includes('"openai/gpt-5-mini"'))
    return `import inspect_ai.model\n${code.replace('"openai/gpt-5-mini"', MOCK_MODEL)}`
  if (!code.includes('Qwen/Qwen3-0.6B')) return code
  const few = `GRPOConfig(output_dir=${JSON.stringify(newFolder())}, use_cpu=True, bf16=False, max_steps=1, report_to=[], save_strategy="no", `
  return code
    .replace('Qwen/Qwen3-0.6B', await tinyModel(python))
    .replace('GRPOConfig(', few)
    .replace('turn_tokens=64', 'turn_tokens=4')
    .replace('max_completion_length=4096', 'max_completion_length=300')
}

const snippets = snippetsOf('trainers.md')

describe.skipIf(!hasPython())('adapters of the Python client', () => {
  it('have a section of the page of trainers each', () => {
    expect([...snippets.keys()]).toEqual(PEERS.map(({ title }) => title))
  })

  it('a program that hangs is interrupted, and the error says so', async () => {
    const hanging = ['-c', 'import time; time.sleep(3600)']
    const printed = printedBy('python3', hanging, { cwd: ROOT, env: process.env }, 500)
    await expect(printed).rejects.toThrow(/did not end within 0.5 s, and was interrupted/)
  })

  it.each(PEERS)('the README names the release of $title', ({ title, requirements: [requirement] }) => {
    const release = requirement.split('==')[1]
    expect(readFileSync(join(CLIENT, 'README.md'), 'utf8')).toContain(`${title} ${release}`)
  })

  describe.each(PEERS)('$title (in every run, or where $variable is set)', (peer) => {
    it.skipIf(!isWanted(peer))(
      'plays the environments of a server',
      async () => {
        const printed = await pytest(await pythonOf(peer), ...testsOf(peer))
        expect(printed).toMatch(/\d passed(, \d+ warnings?)? in/)
        expect(printed).not.toMatch(/skipped|failed/)
      },
      PATIENCE_MS,
    )

    it.skipIf(!isWanted(peer))(
      'runs what the page shows',
      async () => {
        const python = await pythonOf(peer)
        for (const [at, code] of (snippets.get(peer.title) ?? []).entries()) {
          const file = join(newFolder(), `snippet-${at}.py`)
          writeFileSync(file, await small(code, python))
          expect(await runProgram(python, file, FROM_SOURCES)).not.toBe('')
        }
      },
      PATIENCE_MS,
    )
  })

  const trl = peerNamed('trl')
  it.skipIf(!isWanted(trl))(
    'the example of step credit with TRL compares gradients',
    async () => {
      const printed = await runExample(await pythonOf(trl), 'trl_step_credit.py', FROM_SOURCES)
      expect(printed).toMatch(/[1-4] of 4 gradients are those of the advantages/)
    },
    PATIENCE_MS,
  )
})
