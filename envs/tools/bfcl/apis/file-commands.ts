import { pythonStripOf } from '../../../../core/cpython/text.ts'
import { type ParameterSchema, text } from '../../engine/parameters.ts'
import { error, type Instance, optional } from '../api.ts'
import {
  compare,
  compareTexts,
  contains,
  fail,
  isNumber,
  join,
  len,
  splitLines,
  textWith,
  truthy,
  withoutEndSlashes,
  words,
} from '../python/operations.ts'
import { fixed2, str } from '../python/text.ts'
import { dict, hashKey, type Py, PyDict, typeName } from '../python/value.ts'
import { FileTree, isDirectory, isFile, type NodeKey } from './file-tree.ts'

export const treeOf = (self: Instance): FileTree => new FileTree(self.db)

export const flag = (description: string) =>
  optional({ type: 'boolean', description } satisfies ParameterSchema, () => false)
export const named = (description: string) => optional(text(description), () => null)

const FORBIDDEN = [...'|/\\?%*:"><']
const isValidName = (name: Py): boolean => !FORBIDDEN.some((character) => contains(name, character))

/** The entry of the current folder, if any; one called `.` is the folder. @throws PythonError for a name without a hash */
function here(tree: FileTree, name: Py): NodeKey | undefined {
  const key = tree.find(tree.current, name)
  return key !== undefined && name === '.' ? tree.current : key
}

/** The text of a file in the current folder; null for a folder, and where there is nothing. */
function fileHere(tree: FileTree, name: Py): { readonly content: Py } | null {
  const key = here(tree, name)
  return key !== undefined && isFile(key) ? { content: tree.content(key) } : null
}

const linesOf = (content: Py): readonly string[] => splitLines(textWith(content, 'splitlines'))

export function pathOf(tree: FileTree): string {
  const names: Py[] = []
  for (let key: NodeKey | null = tree.current; key !== null; key = tree.parent(key)) names.push(tree.name(key))
  return `/${join('/', names.toReversed())}`
}

/** The folder that a path leads to, or what is wrong with it. */
function navigate(tree: FileTree, path: Py): NodeKey | PyDict {
  if (path === null || path === '.') return tree.current
  const steps = textWith(path, 'strip')
  if (steps === '/') return tree.root
  let key = steps.startsWith('/') ? tree.root : tree.current
  for (const step of pythonStripOf(steps, '/').split('/')) {
    const next = step === '.' ? key : tree.find(key, step)
    if (next === undefined || !isDirectory(next)) return error(`cd: '${steps}': No such file or directory`)
    key = next
  }
  return key
}

export function list(self: Instance, all: Py): PyDict {
  const tree = treeOf(self)
  const names = tree.entries(tree.current).map(([name]) => name)
  return dict({
    current_directory_content: truthy(all)
      ? names
      : names.filter((name) => !textWith(name, 'startswith').startsWith('.')),
  })
}

export function changeFolder(self: Instance, given: Py): PyDict {
  const tree = treeOf(self)
  const folder = withoutEndSlashes(textWith(given, 'rstrip')) || '/'
  if (folder !== '/' && folder.includes('/'))
    return error(`cd: ${folder}: Unsupported path. Only one folder level at a time is supported.`)
  if (folder === '..') return leave(tree)
  const target = navigate(tree, folder)
  if (typeof target !== 'string') return target
  tree.enter(target)
  return dict({ current_working_directory: tree.name(target) })
}

function leave(tree: FileTree): PyDict {
  const parent = tree.parent(tree.current)
  if (parent === null) return error('Current directory is already the root. Cannot go back.')
  tree.enter(parent)
  return dict({})
}

/** `mkdir` and `touch`. */
export function make(
  self: Instance,
  command: string,
  what: string,
  name: Py,
  add: (tree: FileTree, name: Py) => void,
): Py {
  const tree = treeOf(self)
  if (!isValidName(name)) return error(`${command}: cannot ${what} '${str(name)}': Invalid character`)
  if (here(tree, name) !== undefined) return error(`${command}: cannot ${what} '${str(name)}': File exists`)
  add(tree, name)
  return null
}

export function echo(self: Instance, content: Py, name: Py): Py {
  if (name === null) return dict({ terminal_output: content })
  if (!isValidName(name)) return error(`echo: cannot write to '${str(name)}': Invalid character`)
  if (!truthy(name)) return dict({ terminal_output: content })
  const tree = treeOf(self)
  const key = here(tree, name)
  if (key === undefined) return error(`echo: cannot write to '${str(name)}': No such file`)
  if (isDirectory(key)) return fail("'Directory' object has no attribute '_write'")
  tree.write(key, content)
  return null
}

export function cat(self: Instance, name: Py): PyDict {
  const tree = treeOf(self)
  if (!isValidName(name)) return error(`cat: '${str(name)}': Invalid character`)
  const key = here(tree, name)
  if (key === undefined) return error(`cat: '${str(name)}': No such file or directory`)
  return isFile(key) ? dict({ file_content: tree.content(key) }) : error(`cat: '${str(name)}': Is a directory`)
}

/** Folders in folders, beyond which CPython's recursion ends. */
const MAX_DEPTH = 900
const tooDeep = (depth: number): boolean => depth > MAX_DEPTH && fail('maximum recursion depth exceeded')

export function find(self: Instance, path: Py, name: Py): PyDict {
  const tree = treeOf(self)
  const target = navigate(tree, path)
  if (typeof target !== 'string') {
    const message = str(target.get('error') ?? '')
    return error(message.replace(/^cd:/, 'find:'))
  }
  const base = withoutEndSlashes(textWith(path, 'rstrip'))
  return dict({ matches: matchesIn(tree, target, base, name, 0) })
}

function matchesIn(tree: FileTree, folder: NodeKey, base: string, name: Py, depth: number): string[] {
  tooDeep(depth)
  return tree.entries(folder).flatMap(([each, key]) => {
    const path = `${base}/${str(each)}`
    const own = name === null || contains(each, name) ? [path] : []
    return isDirectory(key) ? [...own, ...matchesIn(tree, key, path, name, depth + 1)] : own
  })
}

const MODES: readonly Py[] = ['l', 'w', 'c']

export function count(self: Instance, name: Py, mode: Py): PyDict {
  if (!MODES.includes(mode)) return error(`wc: invalid mode '${str(mode)}'`)
  const file = fileHere(treeOf(self), name)
  if (!file) return error(`wc: ${str(name)}: No such file or directory`)
  const { content } = file
  if (mode === 'l') return dict({ count: BigInt(linesOf(content).length), type: 'lines' })
  if (mode === 'w') return dict({ count: BigInt(words(textWith(content, 'split')).length), type: 'words' })
  return dict({ count: BigInt(len(content)), type: 'characters' })
}

export function sorted(self: Instance, name: Py): PyDict {
  const file = fileHere(treeOf(self), name)
  if (!file) return error(`sort: ${str(name)}: No such file or directory`)
  return dict({ sorted_content: linesOf(file.content).toSorted(compareTexts).join('\n') })
}

export function grep(self: Instance, name: Py, pattern: Py): PyDict {
  const file = fileHere(treeOf(self), name)
  if (!file) return error(`grep: ${str(name)}: No such file or directory`)
  return dict({ matching_lines: linesOf(file.content).filter((line) => contains(line, pattern)) })
}

function sizeOf(tree: FileTree, key: NodeKey, depth: number): number {
  tooDeep(depth)
  if (isFile(key)) return Buffer.byteLength(textWith(tree.content(key), 'encode'))
  return tree.entries(key).reduce((sum, [, child]) => sum + sizeOf(tree, child, depth + 1), 0)
}

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB']

export function usage(self: Instance, isReadable: Py): PyDict {
  const tree = treeOf(self)
  const size = sizeOf(tree, tree.current, 0)
  if (!truthy(isReadable)) return dict({ disk_usage: `${size} bytes` })
  const step = UNITS.findIndex((_, at) => size / 1024 ** at < 1024)
  return dict({ disk_usage: `${fixed2(size / 1024 ** step)} ${UNITS[step]}` })
}

export function tail(self: Instance, name: Py, count: Py): PyDict {
  const file = fileHere(treeOf(self), name)
  if (!file) return error(`tail: ${str(name)}: No such file or directory`)
  const lines = linesOf(file.content)
  const kept = compare(count, '>', BigInt(lines.length)) ? BigInt(lines.length) : count
  return dict({ last_lines: lines.slice(sliceStart(kept)).join('\n') })
}

/** Start of `[-count:]`. */
function sliceStart(count: Py): number {
  if (typeof count === 'bigint' || typeof count === 'boolean') return -Number(count)
  if (isNumber(count)) return fail('slice indices must be integers or None or have an __index__ method')
  return fail(`bad operand type for unary -: '${typeName(count)}'`)
}

export function diff(self: Instance, name: Py, other: Py): PyDict {
  const tree = treeOf(self)
  const [a, b] = [fileHere(tree, name), here(tree, name) === undefined ? null : fileHere(tree, other)]
  if (!a || !b) return error(`diff: ${str(name)} or ${str(other)}: No such file or directory`)
  const [before, after] = [linesOf(a.content), linesOf(b.content)]
  const pairs = before.slice(0, after.length).map((line, at) => [line, after[at]] as const)
  const changed = pairs.filter(([line, next]) => line !== next).map(([line, next]) => `- ${line}\n+ ${next}`)
  return dict({ diff_lines: changed.join('\n') })
}

/** `mv` and `cp`, which say the same in words of their own. */
interface Transfer {
  readonly command: 'mv' | 'cp'
  readonly verb: 'move' | 'copy'
  readonly done: 'moved' | 'copied'
  /** The entry of the target folder that must not be there. */
  readonly taken: (source: Py, destination: Py) => Py
  readonly directory: (tree: FileTree, into: NodeKey, name: Py, like: NodeKey) => void
}

export const MOVE: Transfer = {
  command: 'mv',
  verb: 'move',
  done: 'moved',
  taken: (source) => source,
  directory: (tree, into, name, like) => tree.addDirectoryLike(into, name, like),
}

/** Looks for the source under a path that no entry has, as the reference does. */
export const COPY: Transfer = {
  command: 'cp',
  verb: 'copy',
  done: 'copied',
  taken: (source, destination) => `${str(destination)}/${str(source)}`,
  directory: (tree, into, name, like) => tree.addDirectoryWith(into, name, like),
}

export function transfer(self: Instance, kind: Transfer, source: Py, destination: Py): PyDict {
  const tree = treeOf(self)
  const { command, verb, done } = kind
  const key = here(tree, source)
  if (key === undefined) return error(`${command}: cannot ${verb} '${str(source)}': No such file or directory`)
  if (contains(destination, '/'))
    return error(`${command}: path not allowed in destination. Provide only a file or directory name.`)
  hashKey(destination)
  const [from, to] = [str(source), str(destination)]
  const target = here(tree, destination)
  if (target !== undefined && isFile(target))
    return error(`${command}: cannot ${verb} '${from}' to '${to}': Not a directory`)
  const isTaken = target !== undefined && tree.find(target, kind.taken(source, destination)) !== undefined
  if (isTaken) return error(`${command}: cannot ${verb} '${from}' to '${to}/${from}': File exists`)
  if (command === 'mv') tree.remove(tree.current, source)
  place(tree, kind, key, target ?? tree.current, target === undefined ? destination : source)
  return dict({ result: `'${from}' ${done} to '${target === undefined ? to : `${to}/${from}`}'` })
}

export function place(tree: FileTree, kind: Transfer, key: NodeKey, into: NodeKey, name: Py): void {
  if (isFile(key)) tree.addFileLike(into, name, key)
  else kind.directory(tree, into, name, key)
}

export function remove(self: Instance, name: Py): PyDict {
  const tree = treeOf(self)
  if (here(tree, name) === undefined) return error(`rm: cannot remove '${str(name)}': No such file or directory`)
  tree.remove(tree.current, name)
  return dict({ result: `'${str(name)}' removed` })
}

export function removeFolder(self: Instance, name: Py): PyDict {
  const tree = treeOf(self)
  const key = here(tree, name)
  const problem = (what: string): PyDict => error(`rmdir: cannot remove '${str(name)}': ${what}`)
  if (key === undefined) return problem('No such file or directory')
  if (isFile(key)) return problem('Not a directory')
  if (tree.entries(key).length > 0) return problem('Directory not empty')
  tree.remove(tree.current, name)
  return dict({ result: `'${str(name)}' removed` })
}

/** The tree below a folder as a value of plain data: what two episodes are compared by. */
export function treeValue(tree: FileTree, key: NodeKey = tree.root, depth = 0): Py {
  tooDeep(depth)
  if (isFile(key)) return dict({ name: tree.name(key), content: tree.content(key) })
  const contents = tree.entries(key).map(([name, child]) => [name, treeValue(tree, child, depth + 1)] as const)
  return dict({ name: tree.name(key), contents: new PyDict(contents) })
}
