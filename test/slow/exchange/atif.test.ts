import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { linesOf, strollRun } from '../../exchange/scene.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import { hasPython, printedBy, pythonWith, wheelOf } from '../python.ts'

const SCRIPT = new URL('validate_atif.py', import.meta.url).pathname

describe.runIf(hasPython())('exports to ATIF', () => {
  it("are what the atif package and Harbor's own models take, of texts, tools, users and tokens", async () => {
    const folder = newFolder()
    await strollRun(join(folder, 'tokens'))
    const played: Readonly<Record<string, readonly string[]>> = {
      texts: ['--env', 'guess-number', '--agent', 'random'],
      tools: ['--env', 'tools/retail', '--agent', 'expert'],
      services: ['--env', 'tools/bfcl', '--agent', 'expert'],
    }
    for (const [name, flags] of Object.entries(played))
      await run(['rollout', ...flags, '--groups', '2', '--group-size', '2', '--out', name], { folder })
    const files: string[] = []
    for (const name of ['tokens', ...Object.keys(played)])
      for (const flags of [[], ['--bare']]) {
        const out = `${name}${flags.length}.jsonl`
        const { json } = await runJson(['export', name, '--format', 'atif', '--out', out, ...flags], { folder })
        expect(json.rows).toBeGreaterThan(3)
        files.push(join(folder, out))
      }
    const python = await pythonWith('atif==1.8.0')
    const expected = Object.fromEntries(files.map((file) => [file, linesOf(file).map(({ steps }) => steps.length)]))
    expect(await printedBy(python, SCRIPT, '-', ...files)).toEqual(expected)
    expect(await printedBy(python, SCRIPT, await wheelOf(python, 'harbor==0.25.0'), ...files)).toEqual(expected)
  })
})
