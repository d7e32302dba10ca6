import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { run } from './support/command.ts'
import { COMPILED } from './support/compiled.ts'
import { IS_LONG } from './support/long.ts'

const ROOT = new URL('..', import.meta.url).pathname
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')

mkdirSync(join(COMPILED, 'runs'), { recursive: true })
const folder = mkdtempSync(join(COMPILED, 'runs', 'readme-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const blocksOf = (language: string): readonly string[] =>
  [...README.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, code = '']) => code)

/** Fewer episodes, forks and rows in the fast suite: every command and flag is tried all the same. */
const smaller = (command: string): string =>
  IS_LONG
    ? command
    : command
        .replace('--groups 16 --group-size 8', '--groups 5 --group-size 4')
        .replace('--forks 16', '--forks 2')
        .replace('--rows 2000', '--rows 100')
        .replace('check webshop', 'check guess-number')

const node = (file: string): string => execFileSync(process.execPath, [file], { cwd: COMPILED, encoding: 'utf8' })

describe('the README', () => {
  it.each(blocksOf('js').map((code, index) => ({ code, index })))(
    'has a program that runs: $index',
    ({ code, index }) => {
      const file = join(folder, `${index}.mjs`)
      writeFileSync(file, code)
      expect(node(file)).toMatch(/steps, (terminated|truncated)/)
    },
  )

  it('has commands that run, in their order', async () => {
    const lines = blocksOf('sh').flatMap((block) => block.split('\n'))
    const commands = lines.filter((line) =>
      /^npx stepgym (rollout|replay|rescore|show|list|credit|eval|tasks|check|doctor)/.test(line),
    )
    expect(commands.length).toBeGreaterThan(5)
    let printed = ''
    for (const command of commands) {
      const args = smaller(command).replaceAll('runs/', `${folder}/`).split(' ').slice(2)
      const { code, out, err } = await run(args, { folder: ROOT })
      expect(code, `${command}\n${err}`).toBe(0)
      printed += out
    }
    // What it says is printed is that of all episodes.
    if (IS_LONG)
      for (const line of blocksOf('text').flatMap((block) => block.trimEnd().split('\n')))
        expect(printed).toContain(line)
  }, 300_000)

  it('cites the version that this is', () => {
    const { version }: { readonly version: string } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect(README).toContain(`version = {${version}}`)
    expect(readFileSync(join(ROOT, 'CITATION.cff'), 'utf8')).toContain(`\nversion: ${version}\n`)
  })

  it('indexes every page of the documentation', () => {
    const index = readFileSync(join(ROOT, 'docs/README.md'), 'utf8')
    const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md') && name !== 'README.md')
    expect(README).toContain('](docs/README.md)')
    for (const page of pages) expect(index, page).toContain(`](${page})`)
  })

  it('links to what is there', () => {
    for (const [, target = ''] of README.matchAll(/\]\(([^)#]+)\)/g))
      expect(existsSync(join(ROOT, target)), target).toBe(true)
  })
})
