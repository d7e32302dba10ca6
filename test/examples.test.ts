import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { COMPILED, compiledPath } from './support/compiled.ts'

const examples = readdirSync(new URL('../examples', import.meta.url)).filter((name) => name.endsWith('.ts'))

describe('examples', () => {
  it('are there', () => {
    expect(examples.length).toBeGreaterThan(3)
  })

  it.concurrent.each(examples)('%s runs, and what it asserts holds', async (name) => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [compiledPath(`examples/${name}`)], {
      cwd: COMPILED,
    })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/\S/)
  })
})
