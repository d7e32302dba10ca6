import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ATTACKS, type AttackOutcome, attackWith } from '../../sandbox/attacks/index.ts'
import { LAYERS } from '../../sandbox/attacks/layers.ts'
import { IS_LONG } from '../support/long.ts'
import { backendsHere } from '../support/sandbox/backends.ts'
import { bareBackend } from '../support/sandbox/bare.ts'

async function allOf(outcomes: AsyncIterable<AttackOutcome>): Promise<readonly AttackOutcome[]> {
  const all: AttackOutcome[] = []
  for await (const outcome of outcomes) all.push(outcome)
  return all
}

for (const { name, backend, problem } of await backendsHere(IS_LONG))
  describe.skipIf(problem !== null)(`the back end ${name}`, () => {
    const meant = ATTACKS.filter(({ backends }) => backends?.includes(backend.name) ?? true)

    it('stops all of them, one after the other, and names the layers', async () => {
      const outcomes = await allOf(attackWith(backend, meant))
      expect(outcomes.filter(({ isStopped, layers }) => !isStopped || layers.length === 0)).toEqual([])
      expect(outcomes).toHaveLength(meant.length)
    })

    // Other back ends have a worker for each program in any case.
    it.runIf(IS_LONG && name === 'zygote').each(meant.map((attack) => [attack.what, attack] as const))(
      'stops %s in a worker of its own',
      async (_, attack) => {
        const [outcome] = await allOf(attackWith(backend, [attack]))
        expect(outcome).toMatchObject({ isStopped: true })
        expect(outcome?.layers).not.toEqual([])
      },
    )
  })

describe('the table of attacks', () => {
  it('has a name and a description of its own for each', () => {
    expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length)
    expect(new Set(ATTACKS.map(({ what }) => what)).size).toBe(ATTACKS.length)
  })

  it('names layers that the documentation explains', () => {
    const page = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8')
    for (const { what } of ATTACKS) expect(page).toContain(`| ${what} |`)
    expect(Object.keys(LAYERS.zygote).length).toBeGreaterThan(10)
  })

  it.skipIf(!existsSync('/usr/bin/python3'))('shows what attacks achieve where nothing isolates them', async () => {
    const harmless = ['proc-mem', 'host-files', 'environment', 'local-sockets']
    const outcomes = await allOf(
      attackWith(
        bareBackend,
        ATTACKS.filter(({ name }) => harmless.includes(name)),
      ),
    )
    expect(outcomes.map(({ name, isStopped }) => [name, isStopped])).toEqual(
      ATTACKS.flatMap(({ name }) => (harmless.includes(name) ? [[name, false]] : [])),
    )
  })
})
