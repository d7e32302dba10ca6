import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { handlersOf } from '../../../bin/commands/verify/index.ts'
import { VECTOR_KINDS } from '../../../conformance/handler.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import { describeWithReference } from '../../support/reference.ts'

describe('stepgym verify', () => {
  it.each(VECTOR_KINDS)('finds handlers for %s, each with a different name', async (kind) => {
    const handlers = await handlersOf(import.meta.dirname, kind)
    expect(handlers.length).toBeGreaterThan(4)
    expect(new Set(handlers.map(({ name }) => name)).size).toBe(handlers.length)
  })

  it('exits 1 on an unknown file', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'unheard-of.jsonl'), '{}\n')
    const { code, out } = await run(['verify', 'envs', '.'], { folder })
    expect(code).toBe(1)
    expect(out).toContain('no suite has a handler for it\n  unheard-of.jsonl')
  })
})

describeWithReference('stepgym verify on reference vectors', (reference) => {
  it('runs every record of the files that are chosen, with the data beside the vectors', async () => {
    const folder = join(reference, 'vectors', 'envs')
    const { code, json } = await runJson(['verify', 'envs', folder, '--only', 'python_rng*,webshop_goals*'])
    expect(code).toBe(0)
    expect(json.files).toHaveLength(2)
    expect(json.total.failed).toBe(0)
  })
})
