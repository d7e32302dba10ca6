import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = new URL('..', import.meta.url).pathname
const read = (page: string): string => readFileSync(posix.join(ROOT, page), 'utf8')

/** Pages that are written by hand or by a command, without the generated API reference. */
const docs = readdirSync(posix.join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.md') && !file.startsWith('api/'))
  .map((file) => posix.join('docs', file))
const pages = ['README.md', 'CONTRIBUTING.md', ...readmesOf(['bench', 'examples']), ...docs]

interface Link {
  readonly page: string
  readonly target: string
  readonly heading: string | null
}

function readmesOf(folders: readonly string[]): readonly string[] {
  return folders.map((folder) => posix.join(folder, 'README.md')).filter((page) => existsSync(posix.join(ROOT, page)))
}

const withoutCode = (text: string): string => text.replaceAll(/```[\s\S]*?```/g, '').replaceAll(/`[^`\n]*`/g, '')

const linksOf = (page: string): readonly Link[] =>
  [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [file = '', heading = null] = link.split('#')
      return { page, target: file === '' ? page : posix.join(posix.dirname(page), file), heading }
    })

/** Headings as GitHub names them in addresses. */
const headingsOf = (page: string): readonly string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

const links = pages.flatMap(linksOf)

describe('the documentation', () => {
  it('leads only to files and headings that exist', () => {
    expect(links.length).toBeGreaterThan(50)
    const broken = links.filter(
      ({ target, heading }) =>
        !existsSync(posix.join(ROOT, target)) || (heading !== null && !headingsOf(target).includes(heading)),
    )
    expect(broken).toEqual([])
  })

  it('has every page in its index', () => {
    const indexed = new Set(linksOf('docs/README.md').map(({ target }) => target))
    expect(docs.filter((page) => page !== 'docs/README.md' && !indexed.has(page))).toEqual([])
  })

  it('explains at most 30 words, in order', () => {
    const [, glossary = ''] = read('docs/architecture.md').split('\n## Glossary\n')
    const words = [...glossary.matchAll(/^\| ([a-z][a-z ]*) \|/gm)].map(([, word = '']) => word)
    const terms = words.filter((word) => word !== 'word')
    expect(terms).toEqual([...terms].sort())
    expect(terms.length).toBeLessThanOrEqual(30)
    expect(terms.length).toBeGreaterThan(20)
  })
})
