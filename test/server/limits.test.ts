import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LIMITS, limitsOf } from '../../server/limits.ts'
import { WIRE_ERRORS } from '../../server/wire-errors.ts'

const DOCUMENT = readFileSync(new URL('../../docs/wire.md', import.meta.url), 'utf8')

/** Rows of the table under a heading, without its head. */
function tableUnder(heading: string): readonly string[] {
  const [, section = ''] = DOCUMENT.split(`\n## ${heading}\n`)
  return (section.split('\n## ')[0]?.match(/^\| .*$/gm) ?? []).slice(1)
}

const cell = (value: unknown): string => (value === null ? '' : `${value}`)
const code = (value: string | null): string => (value === null ? '' : `\`${value}\``)

describe('the documentation of the wire', () => {
  it('lists exactly the limits there are', () => {
    const rows = Object.entries(LIMITS).map(
      ([name, { default: standard, unit, meaning, code: named, close }]) =>
        `| \`${name}\` | ${standard.toLocaleString('en-US')} | ${unit} | ${meaning} | ${code(named)} | ${cell(close)} |`,
    )
    expect(tableUnder('Limits')).toEqual(rows)
  })

  it('lists exactly the errors that reach a client', () => {
    const rows = Object.entries(WIRE_ERRORS).map(
      ([name, { openenv, http, close }]) => `| \`${name}\` | \`${openenv}\` | ${http} | ${cell(close)} |`,
    )
    expect(tableUnder('Errors')).toEqual(rows)
  })
})

describe('limitsOf', () => {
  it('puts what is chosen over the defaults', () => {
    expect(limitsOf({ sessions: 3 })).toEqual({ ...limitsOf(), sessions: 3 })
  })

  it.each<object>([{ sessions: 0 }, { sessions: 1.5 }, { idleMs: Number.NaN }, { nonsense: 1 }, { toString: 1 }])(
    'refuses %j',
    (chosen) => {
      expect(() => limitsOf(chosen)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    },
  )

  it('keeps replies below the timeout of clients of OpenEnv', () => {
    expect(() => limitsOf({ stepMs: 55_000 })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(() => limitsOf({ waitMs: 60_000 })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    const { stepMs, hookMs, waitMs } = limitsOf()
    expect(Math.max(stepMs + hookMs, waitMs)).toBeLessThan(60_000)
  })
})
