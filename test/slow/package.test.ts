import { type ExecFileException, execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

let place: string
let folder: string

/** The package as a user gets it, in a folder that holds nothing else. */
beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'stepgym-package-'))
  folder = join(place, 'project')
  mkdirSync(folder)
  await run('npm', ['pack', '--pack-destination', place], { cwd: ROOT })
  const [tarball = ''] = readdirSync(place).filter((name) => name.endsWith('.tgz'))
  writeFileSync(join(folder, 'package.json'), '{ "name": "project", "version": "1.0.0" }')
  await run('npm', ['install', '--no-audit', '--no-fund', join(place, tarball)], { cwd: folder })
})

afterAll(() => {
  rmSync(place, { recursive: true, force: true })
})

interface Ran {
  readonly code: number
  readonly out: string
}

/** What `npx` finds in the folder itself; it may not fetch anything. */
async function stepgym(...args: readonly string[]): Promise<Ran> {
  try {
    const { stdout } = await run('npx', ['--no', 'stepgym', ...args], { cwd: folder })
    return { code: 0, out: stdout }
  } catch (thrown) {
    const { code, stdout, stderr } = thrown as ExecFileException & { readonly stdout: string; readonly stderr: string }
    return { code: Number(code), out: stdout + stderr }
  }
}

const TYPED = `import { defineEnvironment, type Json } from 'stepgym'

interface Counter {
  readonly n: number
}

export default defineEnvironment({
  id: 'typed@1',
  maxSteps: 3,
  action: (raw: Json) => raw,
  reset: (): Counter => ({ n: 0 }),
  step: ({ n }: Counter) => ({ state: { n: n + 1 }, reward: 0, terminated: false }),
  observe: { text: ({ n }: Counter) => \`\${n}\` },
  actions: () => ['on'],
})
`

describe('the installed package', () => {
  it('writes an environment and a hook that pass check at once, and rolls them out', async () => {
    expect((await stepgym('new', 'env', 'my-env')).code).toBe(0)
    expect((await stepgym('new', 'hook', 'my-hook')).code).toBe(0)
    expect(await stepgym('check', 'my-env')).toMatchObject({ code: 0, out: expect.stringContaining(' 0 broken') })
    expect(await stepgym('check', 'my-hook')).toMatchObject({ code: 0, out: expect.stringContaining(' 0 broken') })
    const rollout = ['rollout', '--env', 'my-env', '--agent', 'random', '--hook', 'my-hook', '--out', 'runs/mine']
    expect(await stepgym(...rollout)).toMatchObject({ code: 0, out: expect.stringMatching(/^my-hook +\d/m) })
    expect(await stepgym('replay', 'runs/mine')).toMatchObject({
      code: 0,
      out: expect.stringContaining('no divergence'),
    })
  })

  it('writes an agent and an estimator that pass check at once', async () => {
    expect((await stepgym('new', 'agent', 'my-agent')).code).toBe(0)
    expect((await stepgym('new', 'estimator', 'my-estimator')).code).toBe(0)
    expect(await stepgym('check', 'my-agent')).toMatchObject({ code: 0, out: expect.stringContaining(' 0 broken') })
    expect(await stepgym('check', 'my-estimator')).toMatchObject({ code: 0, out: expect.stringContaining(' 0 broken') })
  })

  it('types what it scaffolds', async () => {
    const options = ['--noEmit', '--allowJs', '--checkJs', '--strict', '--module', 'nodenext', '--target', 'es2023']
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
    const scaffolds = ['agents/my-agent.mjs', 'rewards/advantage/my-estimator.mjs']
    const files = ['envs/my-env.mjs', 'rewards/hooks/my-hook.mjs', ...scaffolds]
    await expect(run(process.execPath, [tsc, ...options, ...files], { cwd: folder })).resolves.toMatchObject({
      stdout: '',
    })
  })

  it('types every export for a consumer that checks the declarations of its libraries', async () => {
    const { exports } = JSON.parse(readFileSync(join(folder, 'node_modules/stepgym/package.json'), 'utf8'))
    const names = Object.keys(exports).filter((name) => !name.includes('*') && !name.endsWith('.json'))
    const imports = names.map((name, index) => `import * as m${index} from 'stepgym${name.slice(1)}'`)
    writeFileSync(join(folder, 'all.mts'), `${imports.join('\n')}\nexport default [${names.map((_, i) => `m${i}`)}]\n`)
    const options = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--module', 'nodenext', '--target', 'es2023']
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
    await expect(run(process.execPath, [tsc, ...options, 'all.mts'], { cwd: folder })).resolves.toMatchObject({
      stdout: '',
    })
  })

  it('runs an environment in TypeScript through tsx, and says what to do without it', async () => {
    writeFileSync(join(folder, 'envs', 'typed.ts'), TYPED)
    const isStripped = 'typescript' in process.features && process.features.typescript !== false
    if (!isStripped) {
      const { code, out } = await stepgym('check', 'typed')
      expect({ code, out }).toMatchObject({ code: 1, out: expect.stringContaining('npm install --save-dev tsx') })
      await run('npm', ['install', '--no-audit', '--no-fund', '--save-dev', 'tsx'], { cwd: folder })
    }
    expect(await stepgym('check', 'typed')).toMatchObject({ code: 0, out: expect.stringContaining(' 0 broken') })
    rmSync(join(folder, 'envs', 'typed.ts'))
  })

  it('shows its demo, and finds itself well', async () => {
    expect(await stepgym('demo', '--groups', '2')).toMatchObject({
      code: 0,
      out: expect.stringContaining('shop-expert'),
    })
    expect((await stepgym('doctor')).out).toContain('✓ wink-nlp')
  })

  it('fails with what to do', async () => {
    expect(await stepgym('check', 'my-evn')).toMatchObject({
      code: 1,
      out: expect.stringContaining('did you mean my-env?'),
    })
  })

  it('leads every name of its exports to a module', async () => {
    const script = `
      const { exports } = JSON.parse(await (await import('node:fs/promises')).readFile('node_modules/stepgym/package.json'))
      const names = Object.keys(exports).filter((name) => !name.includes('*') && !name.endsWith('.json'))
      for (const name of names) {
        const loaded = await import('stepgym' + name.slice(1))
        if (Object.keys(loaded).length === 0) throw new Error(name + ' is empty')
      }
      console.log(names.length)`
    writeFileSync(join(folder, 'names.mjs'), script)
    const { stdout } = await run(process.execPath, ['names.mjs'], { cwd: folder })
    expect(Number(stdout)).toBeGreaterThan(0)
  })
})
