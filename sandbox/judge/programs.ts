import { readFileSync } from 'node:fs'

const sourceOf = (name: string): string => readFileSync(new URL(`./python/${name}.py`, import.meta.url), 'utf8')

/** Files in the order in which they use each other, as one program: the last of them runs it. */
const joined = (...names: readonly string[]): string => names.map(sourceOf).join('\n')

const SOURCES = {
  candidate: joined('values', 'output', 'candidate'),
  judge: joined('values', 'output', 'wild', 'raised', 'session', 'rewriting', 'judge'),
  inline: sourceOf('inline'),
  testFiles: joined('output', 'test_files'),
}

/** A Python string: JSON's are the same. */
const literal = (text: string): string => JSON.stringify(text)

/**
 * Module that a back end may import before it runs programs, so that the judges' code is compiled once and not in every
 * execution. It holds the code of this version, and nothing of a task.
 */
export const JUDGES_MODULE = `CODE = {
${Object.values(SOURCES)
  .map((source) => `    ${literal(source)}: None,\n`)
  .join('')}}
for source in CODE:
    CODE[source] = compile(source, "<judge>", "exec", dont_inherit=True)
`

/** A program that runs this source, compiled before where the back end has the module. */
const programOf = (source: string): string => `source = ${literal(source)}
try:
    from stepgym_judges import CODE
    code = CODE.get(source, source)
except ImportError:
    code = source
exec(code, {"__name__": "__main__"})
`

/** Python programs of the judges. */
export const PROGRAMS = Object.freeze({
  candidate: programOf(SOURCES.candidate),
  judge: programOf(SOURCES.judge),
  inline: programOf(SOURCES.inline),
  testFiles: programOf(SOURCES.testFiles),
})
