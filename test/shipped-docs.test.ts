import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = new URL('..', import.meta.url).pathname
const packed: readonly { readonly files: readonly { readonly path: string }[] }[] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT, encoding: 'utf8' }),
)
const files = new Set(packed.flatMap((each) => each.files.map(({ path }) => path)))
const folders = new Set([...files].flatMap(foldersOf))
const pages = [...files].filter((file) => file.endsWith('.md'))

function foldersOf(file: string): readonly string[] {
  const folder = posix.dirname(file)
  return folder === '.' ? [] : [folder, ...foldersOf(folder)]
}

const withoutSlash = (path: string): string => posix.normalize(path).replace(/\/$/, '')
const isShipped = (path: string): boolean => files.has(withoutSlash(path)) || folders.has(withoutSlash(path))
const matches = (page: string, pattern: RegExp): readonly string[] =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(pattern)].map(([, target = '']) => target)

describe('the pages that the package ships', () => {
  it('are found', () => {
    expect(pages).toEqual(
      expect.arrayContaining(['README.md', 'CHANGELOG.md', 'docs/contract.md', 'docs/write-an-environment.md']),
    )
  })

  it.each(pages)('%s links only to what is shipped', (page) => {
    const links = matches(page, /\]\(([^)#\s]+)(?:#[^)]*)?\)/g).filter((link) => !/^[a-z]+:/.test(link))
    const missing = links.filter((link) => !isShipped(posix.join(posix.dirname(page), link)))
    expect(missing).toEqual([])
  })

  /** One page is about work on the repository, the other names the tests of each promise. */
  const ofRepository = ['CONTRIBUTING.md', 'docs/security.md']
  const ofUsers = pages.filter((page) => !ofRepository.includes(page))

  it.each(ofUsers)('%s names only files of the repository that are shipped', (page) => {
    const paths = matches(page, /`((?:\.\/)?[\w.-]+\/[\w./-]*)`/g).filter((path) => existsSync(join(ROOT, path)))
    // What these commands write, or a build does.
    const written = /^(runs|dist|docs\/api)(\/|$)/
    expect(paths.filter((path) => !isShipped(path) && !written.test(path))).toEqual([])
  })
})
