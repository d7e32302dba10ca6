import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { compile } from './compiled.ts'

/** What tests need before the first begins: the compiled sources, and a temporary folder that ends with the run. */
export default function setup(project: TestProject): () => void {
  compile()
  project.onTestsRerun(async () => compile())
  const folder = mkdtempSync(join(tmpdir(), 'stepgym-tests-'))
  process.env.TMPDIR = folder
  return () => rmSync(folder, { recursive: true, force: true })
}
