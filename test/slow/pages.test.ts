import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { COMPILED } from '../support/compiled.ts'
import { hasPython, pythonWith } from './python.ts'
import { execute, FROM_SOURCES, PYTEST, ROOT, runProgram, STEPGYM } from './python-client/kit.ts'

/** Pages whose commands and programs newcomers type one after the other. */
const PAGES = ['docs/first-ten-minutes.md', 'docs/export.md', 'docs/import.md', 'clients/python/README.md']

/** Packages that a page's programs need beside the client, by what they import. */
const PACKAGES: readonly (readonly [string, readonly [string, ...string[]]])[] = [
  ['pyarrow', ['datasets==5.2.0', 'pyarrow==26.0.1']],
  ['stepgym', ['numpy==2.2.6', ...PYTEST]],
]

/** Within the compiled package, where `stepgym` is found as in a project that has it installed. */
mkdirSync(join(COMPILED, 'runs'), { recursive: true })
const made: string[] = []
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
})

const blocksOf = (page: string, language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, code = '']) => code)

const commandsOf = (page: string): readonly string[] =>
  blocksOf(page, 'sh')
    .flatMap((block) => block.split('\n'))
    .filter((line) => /^npx stepgym (?!play|view|serve)/.test(line))

/** A folder in which all commands of a page have run. */
async function ran(page: string): Promise<string> {
  const folder = mkdtempSync(join(COMPILED, 'runs', 'page-'))
  made.push(folder)
  for (const rows of blocksOf(page, 'jsonl')) writeFileSync(join(folder, 'others.jsonl'), rows)
  const [node = '', ...program] = STEPGYM.split(' ')
  for (const command of commandsOf(page))
    await execute(node, [...program, ...command.split(' ').slice(2)], { cwd: folder })
  return folder
}

describe.each(PAGES)('%s', (name) => {
  const page = readFileSync(join(ROOT, name), 'utf8')

  it('has commands and programs that run, in their order', async () => {
    const folder = await ran(page)
    const programs = hasPython() ? blocksOf(page, 'python') : []
    for (const [at, code] of programs.entries()) {
      const [, packages] = PACKAGES.find(([imported]) => new RegExp(`^import ${imported}\\b`, 'm').test(code)) ?? []
      if (packages === undefined) continue
      writeFileSync(join(folder, `${at}.py`), code)
      const python = await pythonWith(...packages)
      expect(await runProgram(python, join(folder, `${at}.py`), FROM_SOURCES, folder)).not.toBe('')
    }
    expect(commandsOf(page).length + programs.length).toBeGreaterThan(0)
  })
})
