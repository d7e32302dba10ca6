import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Given, run, runJson, spawned } from '../../support/command.ts'
import { compiledPath } from '../../support/compiled.ts'
import { newFolder } from '../../support/folder.ts'

/** An environment as `defineEnvironment` would return it. */
const environmentOf = (id: string, step: string): string => `export default {
  id: '${id}', maxSteps: 4, kind: 'sync', options: { size: 1 }, invalidReward: 0, fork: 'value', actionSchema: null,
  parse: (raw) => raw,
  reset: () => ({ count: 0 }),
  step: ({ count }) => (${step}),
  observe: { text: ({ count }) => String(count) },
  actions: () => ['go'],
}
`
const SOUND = '{ state: { count: count + 1 }, reward: 0, terminated: false }'
const RANDOM = '{ state: { count: Math.random() }, reward: 0, terminated: false }'

const hookOf = (name: string, judgement: string): string =>
  `export default { name: '${name}', version: 1, scope: 'turn', options: { size: 1 }, reward: () => (${judgement}) }\n`

let folder: string

beforeAll(() => {
  folder = newFolder()
  const files = {
    'envs/sound.mjs': environmentOf('sound@1', SOUND),
    'envs/dice.mjs': environmentOf('dice@1', RANDOM),
    'elsewhere/far.mjs': environmentOf('far@2', SOUND),
    'rewards/hooks/fine.mjs': hookOf('fine', '0.5'),
    'rewards/hooks/nan.mjs': hookOf('nan', 'NaN'),
    'agents/mute.mjs': "export default { name: 'mute', act: () => ({ action: null }) }\n",
    'envs/spin.mjs': `${environmentOf('spin@1', 'spinning(count)')}
function spinning(count) {
  while (count >= 0) count = Math.abs(count)
}
`,
    'envs/wait.mjs': environmentOf('wait@1', 'new Promise(() => {})').replace("kind: 'sync'", "kind: 'async'"),
    'envs/leave.mjs': environmentOf('leave@1', 'process.exit(3)'),
    'envs/map.mjs': environmentOf('map@1', '{ state: { count: new Map() }, reward: 0, terminated: false }'),
    'envs/unpaid.mjs': environmentOf('unpaid@1', '{ state: { count: count + 1 }, reward: NaN, terminated: false }'),
    'envs/tally.mjs': `let tally = 0
${environmentOf('tally@1', '{ state: { count: tally++ }, reward: 0, terminated: false }')}`,
    'envs/number.mjs': environmentOf('number@1', SOUND).replace('String(count)', '(count > 0 ? 5 : "0")'),
    'spin-at-once.mjs': 'for (;;) globalThis.turns = 1\n',
    'nameless.mjs':
      "import { defineRewardHook } from 'stepgym'\nexport default defineRewardHook({ name: 'No', version: 1 })\n",
    'rewards/hooks/unfinished.mjs': "export default { name: 'unfinished', version: 1, scope: 'turn' }\n",
    'rewards/hooks/torn.mjs': 'export default {\n',
    'elsewhere/judge.mjs': "import { defineRewardHook } from 'stepgym'\nexport default nothing(defineRewardHook)\n",
    'agents/absent.mjs': 'export default absent\n',
    'broken.mjs': 'export default nothing\n',
    'number.mjs': 'export default 3\n',
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
})

/** Compiled: the thread that each check starts begins faster. `check-stack.test.ts` starts it from the sources. */
const { stepgym: program }: { readonly stepgym: NonNullable<Given['program']> } = await import(
  compiledPath('bin/program.ts')
)
const check = (args: readonly string[]) => run(['check', ...args], { folder, program })
const checkJson = (args: readonly string[], more: Given = {}) =>
  runJson(['check', ...args], { folder, program, ...more })

describe.concurrent('stepgym check', () => {
  it('prints the rules that an environment keeps, and exits 0', async () => {
    const { code, out } = await check(['guess-number'])
    expect(code).toBe(0)
    expect(out).toMatch(/^guess-number@1: environment\n {2}✓ opens with its options\n/)
    expect(out).toContain('  – shows agents nothing private (its tasks have no private part)\n')
    expect(out).toMatch(/\d+ rules kept, 0 broken, 1 skipped\n$/)
  })

  it('prints why a rule is broken, and exits 1', async () => {
    const { code, out } = await check(['dice'])
    expect(code).toBe(1)
    expect(out).toMatch(
      / {2}✗ gives the same trajectory .*\n {6}Math\.random is called in `step` at step 0: draw from `rng`/,
    )
    expect(out).toMatch(/\(\S*dice\.mjs:5\)\n/)
    expect(out.match(/✗/g)).toHaveLength(1)
    expect(out).not.toContain(', 0 broken')
  })

  it.each([
    ['sound', 'sound@1', 'environment', null],
    ['./envs/sound.mjs', 'sound@1', 'environment', null],
    ['elsewhere/far.mjs', 'far@2', 'environment', null],
    ['fine', 'fine', 'reward hook', 'guess-number@1'],
    ['./rewards/hooks/fine.mjs', 'fine', 'reward hook', 'guess-number@1'],
    ['random', 'random', 'agent', 'guess-number@1'],
    ['./agents/mute.mjs', 'mute', 'agent', 'guess-number@1'],
  ])('says what %s is', async (reference, subject, kind, where) => {
    const { code, json } = await checkJson([reference])
    expect(json).toMatchObject({ subject, kind, where, isKept: true })
    expect(code).toBe(0)
  })

  it('checks a hook in the chosen environment', async () => {
    const { json } = await checkJson(['fine', '--env', 'sound'])
    expect(json).toMatchObject({ where: 'sound@1', isKept: true })
    expect((await checkJson(['nan', '--env', 'sound'])).code).toBe(1)
  })

  it('checks with the options that are given', async () => {
    expect((await checkJson(['sound', '--set', 'size=2'])).code).toBe(0)
    expect((await checkJson(['sound:size=2'])).code).toBe(0)
    expect((await checkJson(['fine:size=2'])).code).toBe(0)
    expect((await checkJson(['sound', '--set', 'weight=2'])).json.results[0]).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('has no option weight'),
    })
  })

  it('finds environments whose paths are in the settings', async () => {
    const variables = { STEPGYM_ENVIRONMENTS: 'elsewhere/far.mjs' }
    expect((await checkJson(['far@2'], { variables })).json.subject).toBe('far@2')
    const other = await checkJson(['far@1'], { variables })
    expect(other.json.error).toMatchObject({
      code: 'ENV_UNKNOWN',
      message: expect.stringContaining('leads to far@2'),
    })
  })

  it.each([
    ['soud', 'ENV_UNKNOWN: no environment, reward hook, agent or estimator is called "soud": did you mean sound?'],
    ['./missing.mjs', 'ENV_UNKNOWN: there is no file'],
    ['./broken.mjs', 'ENV_INVALID'],
    ['./number.mjs', 'exports a number by default'],
    ['./nameless.mjs', 'HOOK_INVALID: '],
    ['./rewards/hooks/unfinished.mjs', 'HOOK_INVALID: '],
    ['./rewards/hooks/torn.mjs', 'HOOK_INVALID: '],
    ['./rewards/hooks/none.mjs', 'HOOK_UNKNOWN: there is no file'],
    ['./elsewhere/judge.mjs', 'HOOK_INVALID: '],
    ['./agents/absent.mjs', 'AGENT_INVALID: '],
  ])('says what to do about %s', async (reference, message) => {
    const { code, err } = await check([reference])
    expect(code).toBe(1)
    expect(err).toContain(message)
  })

  it.each([
    ['map', 5, 'at step 0: state.count is a Map'],
    ['unpaid', 5, 'at step 0: a reward is a finite number or null, not NaN'],
    ['tally', 6, 'at step 0, state.count is 0, then'],
    ['number', 6, 'after step 0: view text returned 5'],
  ])(
    'names the step, the place in the state and the line of a cause that no stack shows: %s',
    async (name, line, cause) => {
      const { out } = await check([name])
      const [found = ''] = out.split('\n').filter((each) => each.includes('seed 1'))
      expect(found).toContain(cause.replace('is 0, then', 'is '))
      expect(found).toMatch(new RegExp(`\\(\\S+/envs/${name}\\.mjs:${line}\\)$`))
    },
  )

  it('stops a rule that does not end, and says where it stands', async () => {
    const { code, out } = await spawned(['check', 'spin', '--time-limit', '4'], folder)
    expect(code).toBe(1)
    const spinning =
      /it did not end within 4 s: it stands in spinning \(\S*spin\.mjs:11\)\n {6}called by step \(\S*spin\.mjs:5\)/
    expect(out).toMatch(/✗ reaches outside only through `effect`, and awaits it\n/)
    expect(out).toMatch(spinning)
    expect(out).toMatch(/\n {6}the rules after it were not checked\n/)
    expect(out).toMatch(/ 1 broken, /)
  })

  it('stops a module that does not finish loading', async () => {
    const { code, err } = await spawned(['check', './spin-at-once.mjs', '--time-limit', '4'], folder)
    expect(code).toBe(1)
    expect(err).toMatch(/CONFIG_INVALID: loading what is checked: it did not end within 4 s: .*spin-at-once\.mjs:1\)/)
  })

  it('reports a rule that waits for nothing', async () => {
    const { code, out } = await check(['wait', '--time-limit', '4'])
    expect(code).toBe(1)
    expect(out).toContain('it did not end within 4 s: it waits for something that does not come\n')
  })

  it('survives a module that ends its process', async () => {
    const { code, err } = await check(['leave'])
    expect(code).toBe(1)
    expect(err).toContain('the check ended with exit code 3')
  })

  it.each(['0', '-1', 'soon', '1e9'])('refuses a time limit of %s', async (limit) => {
    expect((await check(['sound', `--time-limit=${limit}`])).code).toBe(2)
  })
})
