import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = new URL('..', import.meta.url).pathname

/** Old-fashioned turns, which readers who learnt English later have to look up or read twice. */
const TURNS = [
  'goes on|go on|going on|went on|comes to|anew|whoever|whomever|whom|lest|thereof|wherein|whereof|for ever',
  'lets go|let go|told|called off|luck|looks on|look on|under way|foretold|foretell|astray|nobody|anybody',
  'stands for|stand for|what stands|what stood|as it stands|in its stead|for want of|word by word|all the same',
  'begun(?![\'"},:`]| })|but for|save for|gives way|give way|cut short|so many|besides|(?<!there )is none',
  '(?<!there )(?:is|are) no (?!longer|more|better|worse|further|fault|part)',
  'untold|happenings?|sightings?|somebody|work(?:s|ed)? out|mend(?:s|ed|ing)?',
  'tak(?:en|es?|ing) (?:it |them |that )?for(?! (?:granted|its))|hand(?:s|ed|ing)? (?:\\w+ )?on(?! it)',
].join('|')
const OLD = new RegExp(`\\b(?:${TURNS})\\b`, 'i')

/** A comment begins with what the thing is, not with what it is of. */
const OF = /^\s*(?:\/\*\*|\*|\/\/) (?:@(?:param \w+|returns) )?Of /

/** Texts of shops, data and other projects; and this list. */
const QUOTED =
  /^(envs\/webshop\/catalogue\/(vocabulary|product-text)|envs\/tools\/(bfcl|retail|airline)|test\/plain-english)/

const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
  .trimEnd()
  .split('\n')
  .filter((file) => !QUOTED.test(file))
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

interface Line {
  readonly file: string
  readonly number: number
  readonly text: string
}

const linesOf = (file: string, text = read(file)): readonly Line[] =>
  text.split('\n').map((line, at) => ({ file, number: at + 1, text: line }))

const oldIn = (lines: readonly Line[]): readonly string[] =>
  lines.flatMap(({ file, number, text }) => {
    const [found] = OLD.exec(text) ?? []
    return found === undefined ? [] : [`${file}:${number}: "${found}" in ${text.trim()}`]
  })

/** Code blocks are kept as empty lines, so that numbers of lines stay right. */
const withoutCode = (text: string): string =>
  text.replaceAll(/^```[\s\S]*?^```/gm, (block) => block.replaceAll(/[^\n]/g, ''))

const TITLE = /^\s*(?:\}\)|\]\))?\(?\s*(?:(?:it|test|describe)(?:\.\w+)*(?:\(.*\))?)?\(?\s*(['"`])(.+?)\1,/

describe('plain English', () => {
  const pages = tracked.filter((file) => file.endsWith('.md') && !file.startsWith('docs/research/results/'))
  const isTest = (file: string): boolean => file.startsWith('test/')
  const code = tracked.filter((file) => /\.(ts|mjs)$/.test(file))

  it('finds what it checks', () => {
    expect(pages.length).toBeGreaterThan(25)
    expect(code.length).toBeGreaterThan(500)
    expect(oldIn(linesOf('x', 'the episode goes on\na seed that is no seed\nthere is no seed'))).toHaveLength(2)
  })

  it.each(pages)('%s has no old-fashioned turns', (page) => {
    expect(oldIn(linesOf(page, withoutCode(read(page))))).toEqual([])
  })

  it('comments, error texts and names have no old-fashioned turns', () => {
    expect(code.filter((file) => !isTest(file)).flatMap((file) => oldIn(linesOf(file)))).toEqual([])
  })

  it('comments begin with a noun', () => {
    expect(OF.test('/** Of the session. */') && OF.test(' * @param key Of the session')).toBe(true)
    const lines = code.flatMap((file) => linesOf(file))
    expect(lines.filter(({ text }) => OF.test(text)).map(({ file, number }) => `${file}:${number}`)).toEqual([])
  })

  it('titles of tests have no old-fashioned turns', () => {
    const titles = code.filter(isTest).flatMap((file) => linesOf(file).filter(({ text }) => TITLE.test(text)))
    expect(titles.length).toBeGreaterThan(1000)
    expect(oldIn(titles)).toEqual([])
  })
})
