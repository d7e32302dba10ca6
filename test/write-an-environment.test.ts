import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { COMPILED, compiledPath } from './support/compiled.ts'

const ROOT = new URL('..', import.meta.url).pathname
const COMMAND = compiledPath('bin/stepgym.ts')
const page = readFileSync(join(ROOT, 'docs/write-an-environment.md'), 'utf8')

/** Within the compiled package, where `stepgym/...` is found as in a project that has it installed. */
mkdirSync(join(COMPILED, 'runs'), { recursive: true })
const folder = mkdtempSync(join(COMPILED, 'runs', 'environments-page-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const blocksOf = (language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, code = '']) => code)

const node = (...args: readonly string[]): string =>
  execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })

for (const code of blocksOf('js')) {
  const [, path = ''] = /^\/\/ (\S+)\n/.exec(code) ?? []
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), code)
}
const commands = blocksOf('sh').flatMap((block) => block.split('\n').filter((line) => line !== ''))
const isServe = (command: string): boolean => command.includes(' serve ')

describe('docs/write-an-environment.md', () => {
  it('has commands that run, in their order', () => {
    const finite = commands.filter((command) => !isServe(command))
    expect(finite.length).toBeGreaterThan(5)
    for (const command of finite) {
      const args = command.split(' ').slice(2)
      const out = node(COMMAND, ...args)
      if (args[0] === 'check') expect(out).toContain(' 0 broken')
    }
  })

  it('has a program that plays', () => {
    expect(node('play.mjs').match(/steps, (terminated|truncated)/g)).toHaveLength(4)
  })

  it('has a server that serves it', async () => {
    const [command = ''] = commands.filter(isServe)
    const args = command.replace('--port 8000', '--port 0').split(' ').slice(2)
    const child = spawn(process.execPath, [COMMAND, ...args], { cwd: folder })
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
      if (/http:\/\/\S+\/lights/.test(out)) child.kill('SIGINT')
    })
    await new Promise((resolve) => child.on('close', resolve))
    expect(out).toMatch(/http:\/\/127\.0\.0\.1:\d+\/lights/)
  })
})
