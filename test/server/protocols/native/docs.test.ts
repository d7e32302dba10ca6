import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseRequest, SUBSCRIBED } from '../../../../core/protocol/index.ts'
import { ALLOWED } from '../../../../server/protocols/native/handlers.ts'

const DOCUMENT = readFileSync(new URL('../../../../docs/wire-native.md', import.meta.url), 'utf8')

/** First two cells of each row under a heading. */
function rowsUnder(heading: string): readonly string[] {
  const [, section = ''] = DOCUMENT.split(`\n## ${heading}\n`)
  return (section.split('\n## ')[0]?.match(/^\| `.*$/gm) ?? []).map((row) =>
    row.split('|').slice(1, 3).join('|').trim(),
  )
}

describe('the documentation of the native dialect', () => {
  it('lists exactly the requests there are, and who may send them', () => {
    const own = Object.entries(ALLOWED).filter(([type]) => !type.startsWith('vector.'))
    const rows = own.map(([type, roles]) => `\`${type}\` | ${roles.join(', ')}`)
    expect(rowsUnder('Requests')).toEqual(rows)
  })

  it('lists exactly the fields of a request of credit', () => {
    const fields = rowsUnder('Credit').flatMap((row) => row.split('|')[0]?.match(/\w+/g) ?? [])
    const given: Readonly<Record<string, unknown>> = {
      estimator: 'e',
      options: { gamma: 1 },
      recipe: 'r',
      progress: 0,
      as: 'a',
    }
    expect(fields).toEqual(Object.keys(given))
    const read = (request: object): unknown => parseRequest({ type: 'group', id: 1, size: 2, credit: [request] })
    expect(read(given)).toMatchObject({ credit: [given] })
    expect(() => read({ ...given, other: 1 })).toThrow('credit 0 has no field "other"')
  })

  it('lists every event that can be subscribed to', () => {
    const rows = rowsUnder('Events').join('\n')
    for (const event of SUBSCRIBED) expect(rows).toContain(`\`${event}\``)
  })
})
