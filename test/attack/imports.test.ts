import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { linesOf, strollRun } from '../exchange/scene.ts'
import { run } from '../support/command.ts'
import { newFolder } from '../support/folder.ts'
import { share } from '../support/long.ts'
import { changed, ODD_VALUES, placesIn } from '../support/odd-values.ts'

/** Every case in the slow suite, and some of them in the fast one. */
const SHARE = share(113, 1)

it.each(['chat', 'atif', 'sharegpt', 'verifiers'])(
  'a file of strangers (%s) with anything anywhere is imported or refused',
  async (format) => {
    const folder = newFolder()
    await strollRun(join(folder, 'a'), { groups: 1 })
    await run(['export', 'a', '--format', format, '--out', 'a.jsonl'], { folder })
    const [row] = linesOf(join(folder, 'a.jsonl'))
    const cases = [...placesIn(row)].flatMap((place) => ODD_VALUES.map((other) => [place, other] as const))
    let imported = 0
    for (const [place, other] of cases.filter((_, at) => at % SHARE === 0)) {
      writeFileSync(join(folder, 'x'), JSON.stringify(changed(row, place, other)))
      const { code, out, err } = await run(['import', 'x', '--format', format, '--out', 'b'], { folder })
      const what = `${place.join('.')} = ${JSON.stringify(other)?.slice(0, 60)}`
      expect([what, `${out}${err}`]).toEqual([what, expect.not.stringMatching(/UNEXPECTED|^ {4}at /m)])
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it looks for
      expect(`${out}${err}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
      if (code === 1) expect(err).toMatch(/BATCH_INVALID|RECORD_FAILED/)
      if (code === 0) {
        imported++
        expect([what, (await run(['replay', 'b'], { folder })).code]).toEqual([what, 0])
      }
      rmSync(join(folder, 'b'), { recursive: true, force: true })
      expect('polluted' in {}).toBe(false)
    }
    expect(imported).toBeGreaterThan(1)
  },
  1_200_000,
)

it.each(['trajectory', 'group'])(
  'a %s that has half of a character in its name: refused with its line',
  async (name) => {
    const folder = newFolder()
    const messages = [
      { role: 'user', content: 'hello' },
      { role: 'assistant', content: 'hi' },
    ]
    writeFileSync(join(folder, 'x'), JSON.stringify({ messages, stepgym: { [name]: 'a\ud800' } }))
    const { code, err } = await run(['import', 'x', '--format', 'chat', '--out', 'b'], { folder })
    const problem = `x line 1: stepgym.${name} should be a text without halves of characters`
    expect([code, err]).toEqual([1, expect.stringContaining(`BATCH_INVALID: ${problem}`)])
  },
)
