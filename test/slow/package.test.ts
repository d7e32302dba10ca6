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

/** An environment in TypeScript. */
const typedEnvironment = (
  id: string,
  actions: string,
): string => `import { defineEnvironment, type Json } from 'stepgym'

interface Counter {
  readonly n: number
}

export default defineEnvironment({
  id: '${id}',
  maxSteps: 3,
  action: (raw: Json) => raw,
  reset: (): Counter => ({ n: 0 }),
  step: ({ n }: Counter) => ({ state: { n: n + 1 }, reward: 0, terminated: false }),
  observe: { text: ({ n }: Counter) => \`\${n}\` },
  actions: () => [${actions}],
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

  describe('runs environments in TypeScript', () => {
    const isRunByNode = 'typescript' in process.features && process.features.typescript !== false
    const works = { code: 0, out: expect.stringContaining(' 0 broken') }
    const refused = { code: 1, out: expect.stringContaining('install tsx by `npm install --save-dev tsx`') }
    const doctor = async (): Promise<string> => (await stepgym('doctor')).out

    beforeAll(() => {
      writeFileSync(join(folder, 'envs', 'typed.ts'), typedEnvironment('typed@1', "'on'"))
      writeFileSync(
        join(folder, 'envs', 'more-than-typed.ts'),
        `${typedEnvironment('more-than-typed@1', 'Way.On')}\nenum Way { On = 'on' }\n`,
      )
    })
    afterAll(() => {
      for (const name of ['typed', 'more-than-typed']) rmSync(join(folder, 'envs', `${name}.ts`))
    })

    it('by Node.js if it can, and says what to do where it cannot', async () => {
      expect(await stepgym('check', 'typed')).toMatchObject(isRunByNode ? works : refused)
      expect(await stepgym('check', 'more-than-typed')).toMatchObject(refused)
      const found = await doctor()
      expect(found).toContain(
        isRunByNode
          ? '✓ modules in TypeScript: this Node.js runs them\n'
          : '✓ modules in TypeScript: to run them, use Node.js 22.18 or newer, or `npm install --save-dev tsx`\n',
      )
      expect(found).toMatch(
        isRunByNode ? /✓ envs: .*envs\/typed\.ts.* can be loaded\n/ : /✗ envs\/typed\.ts: cannot be loaded\n/,
      )
      expect(found).toContain('✗ envs/more-than-typed.ts: cannot be loaded\n')
    })

    it('else through tsx, once it is installed', async () => {
      await run('npm', ['install', '--no-audit', '--no-fund', '--save-dev', 'tsx'], { cwd: folder })
      for (const name of ['typed', 'more-than-typed']) expect(await stepgym('check', name)).toMatchObject(works)
      const found = await doctor()
      expect(found).toContain(
        `✓ modules in TypeScript: ${isRunByNode ? 'this Node.js runs them' : 'run through tsx'}\n`,
      )
      for (const name of ['typed', 'more-than-typed'])
        expect(found).toMatch(new RegExp(`✓ envs: .*envs/${name}\\.ts.* can be loaded\\n`))
    })
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
