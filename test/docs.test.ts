import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ERROR_CODES } from '../core/data/errors.ts'

const documentOf = (name: string): string => readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8')

describe('the documentation', () => {
  it('lists exactly the error codes there are, with their sentences', () => {
    const rows = documentOf('errors.md').match(/^\| `[A-Z_]+` \|.*$/gm) ?? []
    expect(rows).toEqual(Object.entries(ERROR_CODES).map(([code, sentence]) => `| \`${code}\` | ${sentence} |`))
  })

  it('lists codes in order, so that one finds them', () => {
    const codes = Object.keys(ERROR_CODES)
    expect([...codes].sort()).toEqual(codes)
  })
})
