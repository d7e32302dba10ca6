import { cut } from '../../../core/data/shown.ts'
import { problemOfPath } from '../../../sandbox/workspace.ts'

/** A run of lines that a patch replaces. */
export interface Hunk {
  /** First line in the file before, from 1. */
  readonly line: number
  /** Lines of before and after, context included. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** Whether the last line of after ends without a line feed. */
  readonly isUnended: boolean
}

/** What a patch does to one file. */
export interface FilePatch {
  /** Null for a file that is new. */
  readonly from: string | null
  /** Null for a file that is deleted. */
  readonly to: string | null
  readonly hunks: readonly Hunk[]
}

/** Why a text cannot be applied as a patch. */
export class PatchProblem extends Error {}

/** Reads a patch in the unified format of diff, with or without git's headers. @throws PatchProblem */
export function parsePatch(text: string): readonly FilePatch[] {
  const lines = text.replace(/\r\n/g, '\n').replace(/\n$/, '').split('\n')
  const files = new PatchReader(lines).files()
  if (files.length === 0)
    throw new PatchProblem('it has no file: a patch has lines "--- a/PATH", "+++ b/PATH" and "@@ -1,2 +1,2 @@"')
  return files
}

const HUNK = /^@@ -(\d{1,7})(?:,(\d{1,7}))? \+(\d{1,7})(?:,(\d{1,7}))? @@/
/** Kinds of files of git: a symbolic link, and a repository in a repository. */
const NOT_PLAIN = /^(?:new file mode|old mode|new mode) (?:120000|160000)/

class PatchReader {
  readonly #lines: readonly string[]
  #at = 0

  constructor(lines: readonly string[]) {
    this.#lines = lines
  }

  files(): readonly FilePatch[] {
    const files: FilePatch[] = []
    while (this.#at < this.#lines.length) {
      const line = this.#line
      if (NOT_PLAIN.test(line))
        throw new PatchProblem('it makes a symbolic link or a submodule, which no workspace has')
      if (line.startsWith('GIT binary patch') || /^Binary files .* differ$/.test(line))
        throw new PatchProblem('it changes a binary file, which cannot be applied: write its text')
      if (line.startsWith('rename from ')) files.push(this.#rename())
      else if (line.startsWith('--- ') && this.#lines[this.#at + 1]?.startsWith('+++ ')) files.push(this.#file())
      else if (line.startsWith('@@ ')) throw new PatchProblem(`line ${this.#at + 1} is a change of no file`)
      else this.#at++
    }
    return files
  }

  get #line(): string {
    return this.#lines[this.#at] ?? ''
  }

  #rename(): FilePatch {
    const from = checkedPath(this.#line.slice('rename from '.length))
    const next = this.#lines[this.#at + 1] ?? ''
    if (!next.startsWith('rename to ')) throw new PatchProblem(`line ${this.#at + 2} is not "rename to PATH"`)
    const to = checkedPath(next.slice('rename to '.length))
    this.#at += 2
    while (this.#line.startsWith('index ')) this.#at++
    const hasHunks = this.#line.startsWith('--- ') && this.#lines[this.#at + 1]?.startsWith('+++ ')
    return hasHunks ? { ...this.#file(), from, to } : { from, to, hunks: [] }
  }

  #file(): FilePatch {
    const from = pathOf(this.#line.slice(4), 'a/')
    const to = pathOf((this.#lines[this.#at + 1] ?? '').slice(4), 'b/')
    if (from === null && to === null) throw new PatchProblem(`line ${this.#at + 1} names no file`)
    this.#at += 2
    const hunks: Hunk[] = []
    while (this.#line.startsWith('@@ ')) hunks.push(this.#hunk())
    if (hunks.length === 0) throw new PatchProblem(`${from ?? to} has no change`)
    return { from, to, hunks }
  }

  #hunk(): Hunk {
    const header = HUNK.exec(this.#line)
    if (header === null) throw new PatchProblem(`line ${this.#at + 1} is no "@@ -1,2 +1,2 @@": ${cut(this.#line, 80)}`)
    const [, line = '0', old = '1', , fresh = '1'] = header
    this.#at++
    const [before, after]: [string[], string[]] = [[], []]
    let isUnended = false
    while (before.length < Number(old) || after.length < Number(fresh)) {
      const [sign = ' ', text] = [this.#line[0], this.#line.slice(1)]
      if (this.#at >= this.#lines.length || !' -+\\'.includes(sign))
        throw new PatchProblem(
          `line ${this.#at + 1} ends a change too early: its header counts ${old} and ${fresh} lines`,
        )
      if (sign !== '+' && sign !== '\\') before.push(text)
      if (sign !== '-' && sign !== '\\') after.push(text)
      this.#at++
    }
    while (this.#line.startsWith('\\')) {
      isUnended = this.#lines[this.#at - 1]?.[0] !== '-'
      this.#at++
    }
    if (before.length !== Number(old) || after.length !== Number(fresh))
      throw new PatchProblem(`the change before line ${this.#at + 1} has other lines than its header counts`)
    return { line: Number(line), before, after, isUnended }
  }
}

/** A path as `diff` and git write it; null for `/dev/null`. */
function pathOf(written: string, prefix: string): string | null {
  const path = written.replace(/\t.*$/, '')
  if (path === '/dev/null') return null
  return checkedPath(path.startsWith(prefix) ? path.slice(prefix.length) : path)
}

function checkedPath(path: string): string {
  if (path.startsWith('"')) throw new PatchProblem(`the path ${cut(path, 100)} is in quotes: paths are plain text`)
  const problem = problemOfPath(path)
  if (problem !== null) throw new PatchProblem(`the file ${JSON.stringify(cut(path, 100))} ${problem}`)
  return path
}
