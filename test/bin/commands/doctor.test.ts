import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { busFinding } from '../../../bin/commands/doctor/bus.ts'
import { nodeFinding } from '../../../bin/commands/doctor/diagnose.ts'
import { ATTACKS } from '../../../sandbox/attacks/index.ts'
import { BACKENDS, tryBackend } from '../../../sandbox/backends.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'

const isHere = (await tryBackend('zygote', BACKENDS.zygote)).problem === null

describe('stepgym doctor', () => {
  it('finds everything that is there', async () => {
    const { code, json } = await runJson(['doctor'], { folder: newFolder() })
    const found = new Map<string, string | null>(
      json.findings.map(({ what, advice }: { what: string; advice: string | null }) => [what, advice]),
    )
    for (const what of [
      'stepgym',
      'Node.js',
      'modules in TypeScript',
      'commander',
      'wink-nlp',
      'message bus',
      'settings',
      'records',
    ])
      expect([what, found.get(what)]).toEqual([what, null])
    expect(found.has('time per step')).toBe(true)
    expect(found.get('sandbox')).toBe(null)
    expect(found.get('models')).toBe(null)
    expect(code).toBe(json.isWell ? 0 : 1)
  })

  it('finds a broker, does without one, and says when it is too old', () => {
    const program = (text: string): string => {
      const path = join(newFolder(), 'nats-server')
      writeFileSync(path, `#!/bin/sh\necho 'nats-server: v${text}'\n`, { mode: 0o755 })
      return path
    }
    expect(busFinding(program('2.10.4'))).toEqual({ what: 'message bus', found: 'nats-server 2.10.4', advice: null })
    expect(busFinding(program('2.2.0')).advice).toContain('install nats-server 2.9 or newer')
    expect(busFinding('/nowhere/nats-server')).toMatchObject({
      advice: null,
      found: expect.stringContaining('no nats-server'),
    })
  })

  it('says what to do about a configuration file that cannot be used, and exits 1', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'stepgym.config.json'), '{ "grups": 1 }')
    const { code, out } = await run(['doctor'], { folder })
    expect(code).toBe(1)
    expect(out).toContain(
      '✗ settings: stepgym.config.json\n    stepgym.config.json has no use for "grups": did you mean',
    )
    expect(out).toMatch(/problems found: see the lines marked ✗\n$/)
  })

  it('opens the configured environments of Gymnasium, and says what each is missing', async () => {
    const folder = newFolder()
    const environmentServers = { lake: { gymnasium: 'FrozenLake-v1', python: '/nowhere/python' } }
    writeFileSync(join(folder, 'stepgym.config.json'), JSON.stringify({ environmentServers }))
    const { code, out } = await run(['doctor'], { folder })
    expect(code).toBe(1)
    expect(out).toMatch(/✗ gymnasium lake: cannot be opened\n {4}.*\/nowhere\/python cannot be started .*`python`\n/)
  })

  it('marks every module that cannot be loaded with a cross, and those that can with a tick', async () => {
    const folder = newFolder()
    const files = {
      'envs/throws.mjs': "throw new Error('no shop today')\n",
      'envs/other.mjs': 'export default 3\n',
      'rewards/hooks/torn.mjs': 'export default {\n',
      'agents/mute.mjs': "export default { name: 'mute', act: () => ({ action: null }) }\n",
    }
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    const { code, out } = await run(['doctor'], { folder })
    expect(code).toBe(1)
    expect(out).toMatch(/✗ envs\/throws\.mjs: cannot be loaded\n {4}.*no shop today/)
    expect(out).toMatch(/✗ envs\/other\.mjs: cannot be loaded\n {4}.*exports a number by default/)
    expect(out).toMatch(/✗ rewards\/hooks\/torn\.mjs: cannot be loaded\n/)
    expect(out).toContain('✓ agents: agents/mute.mjs can be loaded\n')
  })

  it.each([
    ['18.20.0', false],
    ['20.9.0', false],
    ['20.19.0', true],
    ['20.100.1', true],
    ['24.0.0', true],
  ])('knows whether Node.js %s is new enough', (version, isWell) => {
    expect(nodeFinding(version).advice === null).toBe(isWell)
  })
})

describe('stepgym doctor --attack', () => {
  it.skipIf(!isHere)('shows which layer stopped each attack, and exits 0 if all were stopped', async () => {
    const { code, json } = await runJson(['doctor', '--attack', '--backend', 'zygote'])
    expect([code, json.isStopped, json.backend, json.versions.python]).toEqual([
      0,
      true,
      'zygote',
      expect.stringMatching(/^CPython 3/),
    ])
    expect(json.attacks).toHaveLength(ATTACKS.filter(({ backends }) => backends?.includes('zygote') ?? true).length)
    for (const { layers } of json.attacks) expect(layers).not.toEqual([])
  })

  it('refuses a back end that does not exist, and one that nothing attacks', async () => {
    const unknown = await run(['doctor', '--attack', '--backend', 'docker'])
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('Give auto, zygote, gvisor or pyodide.')])
    const unused = await run(['doctor', '--backend', 'zygote'])
    expect([unused.code, unused.err]).toEqual([2, expect.stringContaining('add --attack')])
  })
})
