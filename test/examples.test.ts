import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const examples = readdirSync(new URL('../examples', import.meta.url)).filter((name) => name.endsWith('.ts'))

describe('examples', () => {
  it('are there', () => {
    expect(examples.length).toBeGreaterThan(3)
  })

  it.concurrent.each(examples)('%s runs, and what it asserts holds', async (name) => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', `examples/${name}`], {
      cwd: ROOT,
    })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/\S/)
  })
})
