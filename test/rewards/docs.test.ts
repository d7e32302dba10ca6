import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hookSet } from '../../core/reward/hook.ts'
import { runTurnHooks } from '../../core/reward/run-hooks.ts'
import { hooks, recipes } from '../../registry/index.ts'
import { PLAIN_AGGREGATES } from '../../rewards/shaping/aggregate.ts'
import { parseRecipe } from '../../rewards/shaping/parse.ts'
import { ON_NULL } from '../../rewards/shaping/recipe.ts'
import { SCHEDULES } from '../../rewards/shaping/schedule.ts'
import { TRANSFORMS } from '../../rewards/shaping/transforms/index.ts'
import { folderWith } from '../support/module-folder.ts'
import { step } from '../support/reward-samples.ts'

const page = readFileSync(new URL('../../docs/rewards.md', import.meta.url), 'utf8')

/** Rows of the table whose first column is this. */
function rowsUnder(column: string): readonly string[] {
  const table = page.split('\n\n').find((block) => block.startsWith(`| ${column} |`)) ?? ''
  return table
    .split('\n')
    .slice(2)
    .filter((line) => line !== '')
}

const blockOf = (language: string, marker: string): string => {
  const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)]
  return blocks.find(([, tag, text]) => tag === language && text?.includes(marker))?.[2] ?? ''
}

/** Signals that a recipe names, in its order. */
const signalsOf = (recipe: unknown): string => {
  const named = [...JSON.stringify(recipe).matchAll(/"signal":"([^"]+)"/g)].map(([, name]) => `\`${name}\``)
  return [...new Set(named)].join(', ')
}

describe('docs/rewards.md', () => {
  it('lists every reward hook with its scope, summary and options', async () => {
    const loaded = await Promise.all(
      hooks()
        .names()
        .map((name) => hooks().load(name)),
    )
    const rows = loaded.map(({ name, scope, summary, options = {} }) => {
      const shown = Object.keys(options).length > 0 ? `\`${JSON.stringify(options)}\`` : '-'
      return `| \`${name}\` | ${scope} | ${summary} | ${shown} |`
    })
    expect(rowsUnder('hook')).toEqual(rows)
  })

  it('lists every recipe with the signals that it needs', async () => {
    const loaded = await Promise.all(
      recipes()
        .names()
        .map((name) => recipes().load(name)),
    )
    const rows = loaded.map((recipe) => `| \`${recipe.name}\` | ${String(recipe.summary)} | ${signalsOf(recipe)} |`)
    expect(rowsUnder('recipe')).toEqual(rows)
  })

  it('shows a hook that is found and runs as the file it says', async () => {
    const text = blockOf('js', 'short-answer')
    const userFolder = folderWith({ [/^\/\/ (\S+)/.exec(text)?.[1] ?? '']: text })
    const { turn } = hookSet([await hooks({ userFolder }).load('short-answer')])
    const judge = async (action: string) => (await runTurnHooks(turn, step({ action }), [], NO_GRADES))[0]?.value
    expect(await judge('short')).toBe(0)
    expect(await judge('long '.repeat(20))).toBe(-0.1)
  })

  it('shows a recipe that can be read, and names all that a recipe can say', () => {
    expect(parseRecipe(JSON.parse(blockOf('json', 'gated-progress'))).name).toBe('gated-progress')
    for (const word of [...PLAIN_AGGREGATES, 'discounted', 'softmin', ...TRANSFORMS, ...SCHEDULES, ...ON_NULL])
      expect(page).toMatch(new RegExp(`[\`"]${word}[\`"]`))
  })
})

const NO_GRADES = { before: () => ({}), after: () => ({}) }
