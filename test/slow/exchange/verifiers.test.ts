import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { judgedWalker, linesOf, strollRun } from '../../exchange/scene.ts'
import { run, runJson } from '../../support/command.ts'
import { newFolder } from '../../support/folder.ts'
import { hasPython, INSTALL_MS, printedBy, pythonWith } from '../python.ts'

/** The release that docs/export.md names. */
const VERIFIERS = 'verifiers==0.4.0'
const SCRIPT = new URL('read_traces.py', import.meta.url).pathname

interface Branch {
  readonly tokens: readonly number[]
  readonly mask: readonly boolean[]
  readonly logProbs: readonly number[]
  readonly advantages: readonly number[] | null
  readonly roles: readonly string[]
}

interface Read {
  readonly reward: number
  readonly turns: number
  readonly isTruncated: boolean
  readonly tools: number
  readonly branches: readonly Branch[]
}

describe.runIf(hasPython())(`traces for ${VERIFIERS}`, () => {
  it(
    'are read by its own models: tokens as sequences have them, calls, rewards and endings',
    async () => {
      const folder = newFolder()
      const file = (name: string): string => join(folder, `${name}.jsonl`)
      await strollRun(join(folder, 'tokens'), { agent: judgedWalker })
      await run(['rollout', '--env', 'tools/retail', '--agent', 'expert', '--groups', '2', '--out', 'tools'], {
        folder,
      })
      for (const [name, flags] of [
        ['tokens', ['--estimator', 'gigpo']],
        ['tools', ['--bare']],
      ] as const)
        await runJson(['export', name, '--format', 'verifiers', '--out', file(name), ...flags], { folder })
      const printed = await printedBy(await pythonWith(VERIFIERS), SCRIPT, file('tokens'), file('tools'))
      const { [file('tokens')]: tokens = [], [file('tools')]: tools = [] } = printed as Record<string, readonly Read[]>
      const written = linesOf(file('tokens'))
      expect(tokens).toHaveLength(written.length)
      for (const [at, { branches, turns, isTruncated }] of tokens.entries()) {
        const { steps, ending } = written[at].info.stepgym
        expect([branches.length, turns, isTruncated]).toEqual([1, steps.length, ending === 'truncated'])
        const [branch] = branches
        const sampled = branch?.mask.flatMap((isSampled, place) => (isSampled ? [place] : [])) ?? []
        expect(sampled.map((place) => branch?.tokens[place])).toEqual(
          steps.map((_: unknown, step: number) => 10 + step),
        )
        expect(sampled.map((place) => branch?.logProbs[place])).toEqual(
          steps.map((_: unknown, step: number) => -0.5 - step),
        )
        expect(sampled.map((place) => branch?.advantages?.[place])).toEqual(
          steps.map((step: { advantages: { gigpo: number } }) => step.advantages.gigpo),
        )
      }
      const played = linesOf(file('tools'))
      for (const [at, { reward, branches, tools: offered }] of tools.entries()) {
        expect([reward, offered]).toEqual([played[at].rewards.env.score, played[at].tools.length])
        expect(branches[0]?.roles.slice(0, 3)).toEqual(['system', 'user', 'assistant'])
        expect(branches[0]?.advantages).toBeNull()
      }
    },
    INSTALL_MS + 300_000,
  )
})
