import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { openLanguageModel } from '../../../models/imported/language-model.ts'
import { openRuntime } from '../../../models/runtime/runtime.ts'
import { closeAfterTest } from '../../support/cleanup.ts'
import { pythonWith } from '../python.ts'

const SCRIPT = new URL('export_models.py', import.meta.url).pathname

/** Token ids, and PyTorch's log-probability of each after the first. */
interface Expected {
  readonly tokens: readonly number[]
  readonly logProbs: readonly number[]
}

/** `TEST_TORCH`: a Python that has PyTorch, or `install` for a virtual environment of about 6 GB. */
const ASKED = process.env.TEST_TORCH

const pythonWithTorch = (): Promise<string> =>
  ASKED === 'install'
    ? pythonWith('transformers==5.24.0', 'torch==2.15.0', 'onnx==1.23.2', 'onnxscript==0.7.2', 'numpy')
    : Promise.resolve(ASKED ?? '')

/** Minutes that the installation and the exports may take. */
const PATIENCE_MS = 20 * 60_000

async function exportsOf(python: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'stepgym-'))
  await promisify(execFile)(python, [SCRIPT, folder], { maxBuffer: 2 ** 24 })
  return folder
}

it.skipIf(ASKED === undefined)(
  'exports of Llama and Qwen2 give the log-probabilities of PyTorch, alone and in padded batches',
  async () => {
    const folder = await exportsOf(await pythonWithTorch())
    const expected: Readonly<Record<string, readonly Expected[]>> = JSON.parse(
      readFileSync(join(folder, 'expected.json'), 'utf8'),
    )
    expect(Object.keys(expected)).toHaveLength(6)
    const runtime = await openRuntime({ device: 'cpu' })
    closeAfterTest(() => runtime.close())
    for (const [name, sequences] of Object.entries(expected))
      for (const tokenBudget of [1, 400]) {
        const scorer = await openLanguageModel(runtime, { folder: join(folder, name) }, { tokenBudget })
        const found = await scorer.score(
          sequences.map(({ tokens }) => ({ promptTokenIds: tokens.slice(0, 1), actionTokenIds: tokens.slice(1) })),
        )
        const bound = name.endsWith('half') ? 0.05 : 1e-4
        for (const [at, { logProbs }] of sequences.entries()) {
          const scored = found[at]
          const own = scored !== undefined && 'logProbs' in scored ? scored.logProbs : []
          expect(own, name).toHaveLength(logProbs.length)
          for (const [place, value] of logProbs.entries())
            expect(Math.abs(value - Number(own[place])), `${name}, budget ${tokenBudget}`).toBeLessThan(bound)
        }
        await scorer.close()
      }
  },
  PATIENCE_MS,
)
