import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { newFolder } from '../../support/folder.ts'
import { hasPython, pythonWith } from '../python.ts'
import { CLIENT, FROM_SOURCES, pytest, ROOT, runProgram } from './kit.ts'
import { PEERS } from './peers.ts'

/** Snippets in Python of a section of a page, by the title of the section. */
function snippetsOf(page: string): ReadonlyMap<string, readonly string[]> {
  const sections = readFileSync(join(ROOT, 'docs', page), 'utf8')
    .split(/^## /m)
    .slice(1)
  const snippets = sections.map((section) => {
    const [title = ''] = section.split('\n')
    return [title, [...section.matchAll(/^```python\n([\s\S]*?)^```/gm)].map(([, code = '']) => code)] as const
  })
  return new Map(snippets.filter(([, found]) => found.length > 0))
}

const snippets = snippetsOf('trainers.md')

describe.skipIf(!hasPython())('adapters of the Python client', () => {
  it.each(PEERS)('$title plays the environments of a server', async ({ name, requirements }) => {
    const python = await pythonWith(...requirements)
    const printed = await pytest(python, `tests/adapters/test_${name}.py`)
    expect(printed).toMatch(/\d passed in/)
    expect(printed).not.toMatch(/skipped|failed/)
  })

  it.each(PEERS)('the README names the release of $title', ({ title, requirements: [requirement] }) => {
    const release = requirement.split('==')[1]
    expect(readFileSync(join(CLIENT, 'README.md'), 'utf8')).toContain(`${title} ${release}`)
  })

  it('have a section of the page of trainers each', () => {
    expect([...snippets.keys()]).toEqual(PEERS.map(({ title }) => title))
  })

  it.each(PEERS)('$title runs what the page shows', async ({ title, requirements }) => {
    const python = await pythonWith(...requirements)
    for (const [at, code] of (snippets.get(title) ?? []).entries()) {
      const file = join(newFolder(), `snippet-${at}.py`)
      writeFileSync(file, code)
      expect(await runProgram(python, file, FROM_SOURCES)).not.toBe('')
    }
  })
})
