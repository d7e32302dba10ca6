import type { Json } from '../../../../core/data/types.ts'
import { type Session, Table } from '../../engine/database.ts'
import type { Filler } from '../long-context/index.ts'
import { equals, fail } from '../python/operations.ts'
import { fromStorage, toStorage } from '../python/storage.ts'
import { str } from '../python/text.ts'
import { hashKey, type Py, PyDict } from '../python/value.ts'

/** Name of the table that holds the file system. */
export const FILES = 'GorillaFileSystem'

/**
 * Rows of the table by kind. A directory is apart from its contents, and a file from its text, because the reference
 * shares both: a moved directory has the contents of the old one, which its children still have as their parent.
 */
interface DirectoryRow {
  /** Mostly a text; Python takes whatever can be a key. */
  name: Json
  /** Key of a directory; null for the root. */
  parent: string | null
  /** Key of contents. */
  contents: string
}
interface ContentsRow {
  /** Names with the keys of files and directories, in order of insertion. */
  entries: (readonly [Json, string])[]
}
interface FileRow {
  name: Json
  /** Key of a text. */
  text: string
}
interface TextRow {
  text: Json
}
interface TreeRow {
  root: string
  current: string
  /** Number of the next row. */
  next: number
}

const TREE = 'tree'
const trees = new Table<TreeRow>(FILES)
const directories = new Table<DirectoryRow>(FILES)
const contents = new Table<ContentsRow>(FILES)
const files = new Table<FileRow>(FILES)
const texts = new Table<TextRow>(FILES)

/** Key of a file (`f1`) or directory (`d1`). */
export type NodeKey = string
export const isFile = (key: NodeKey): boolean => key.startsWith('f')
export const isDirectory = (key: NodeKey): boolean => key.startsWith('d')

const missing = (key: string): never => {
  throw new Error(`the file system has no row ${key}`)
}

/** The file system of one episode during one call. */
export class FileTree {
  readonly #db: Session

  constructor(db: Session) {
    this.#db = db
  }

  get root(): NodeKey {
    return this.#tree().root
  }

  get current(): NodeKey {
    return this.#tree().current
  }

  enter(key: NodeKey): void {
    const tree = trees.edit(this.#db, TREE) ?? missing(TREE)
    tree.current = key
  }

  name(key: NodeKey): Py {
    const row = (isFile(key) ? files : directories).get(this.#db, key) ?? missing(key)
    return fromStorage(row.name)
  }

  parent(key: NodeKey): NodeKey | null {
    return this.#directory(key).parent
  }

  entries(key: NodeKey): readonly (readonly [Py, NodeKey])[] {
    return this.#contents(key).map(([name, child]) => [fromStorage(name), child] as const)
  }

  /** `contents.get(name)`. @throws PythonError for a name that cannot be hashed */
  find(key: NodeKey, name: Py): NodeKey | undefined {
    hashKey(name)
    return this.entries(key).find(([each]) => equals(each, name))?.[1]
  }

  content(key: NodeKey): Py {
    const { text } = files.get(this.#db, key) ?? missing(key)
    return fromStorage((texts.get(this.#db, text) ?? missing(text)).text)
  }

  write(key: NodeKey, text: Py): void {
    const file = files.edit(this.#db, key) ?? missing(key)
    file.text = this.#newText(text)
  }

  remove(key: NodeKey, name: Py): void {
    const row = this.#editContents(key)
    row.entries = row.entries.filter(([each]) => !equals(fromStorage(each), name))
  }

  /** @throws PythonError where the directory has an entry of that name */
  addFile(key: NodeKey, name: Py, text: Py = ''): void {
    this.#addFileRow(key, name, this.#newText(text))
  }

  /** Another file with the text of this one. @throws PythonError as `addFile` */
  addFileLike(key: NodeKey, name: Py, file: NodeKey): void {
    this.#addFileRow(key, name, files.get(this.#db, file)?.text ?? missing(file))
  }

  /** @throws PythonError where the directory has an entry of that name */
  addDirectory(key: NodeKey, name: Py): void {
    this.#addDirectory(key, name, this.#newContents([]))
  }

  /** Another directory that shares its contents with this one. */
  addDirectoryLike(key: NodeKey, name: Py, like: NodeKey): void {
    this.#addDirectory(key, name, this.#directory(like).contents)
  }

  /** Another directory with the same files and directories in it: they are shared, the list of them is not. */
  addDirectoryWith(key: NodeKey, name: Py, like: NodeKey): void {
    const made = this.#addDirectory(key, name, this.#newContents([]))
    const row = directories.edit(this.#db, made) ?? missing(made)
    row.contents = this.#newContents(this.#contents(like))
  }

  #addFileRow(key: NodeKey, name: Py, text: string): void {
    const made = this.#newKey('f')
    this.#add(key, name, made, 'File')
    files.put(this.#db, made, { name: toStorage(name), text })
  }

  #addDirectory(key: NodeKey, name: Py, contentsKey: string): NodeKey {
    const made = this.#newKey('d')
    this.#add(key, name, made, 'Directory')
    directories.put(this.#db, made, { name: toStorage(name), parent: key, contents: contentsKey })
    return made
  }

  #add(key: NodeKey, name: Py, made: NodeKey, kind: string): void {
    if (this.find(key, name) !== undefined)
      fail(`${kind} '${str(name)}' already exists in directory '${str(this.name(key))}'.`)
    this.#editContents(key).entries.push([toStorage(name), made])
  }

  #contents(key: NodeKey): readonly (readonly [Json, NodeKey])[] {
    return contents.get(this.#db, this.#directory(key).contents)?.entries ?? missing(key)
  }

  #tree() {
    return trees.get(this.#db, TREE) ?? missing(TREE)
  }

  #directory(key: NodeKey) {
    return directories.get(this.#db, key) ?? missing(key)
  }

  #editContents(key: NodeKey): ContentsRow {
    return contents.edit(this.#db, this.#directory(key).contents) ?? missing(key)
  }

  #newContents(entries: readonly (readonly [Json, NodeKey])[]): string {
    const key = this.#newKey('c')
    contents.put(this.#db, key, { entries: [...entries] })
    return key
  }

  #newText(text: Py): string {
    const key = this.#newKey('t')
    texts.put(this.#db, key, { text: toStorage(text) })
    return key
  }

  #newKey(kind: string): string {
    const tree = trees.edit(this.#db, TREE) ?? missing(TREE)
    tree.next++
    return `${kind}${tree.next}`
  }
}

type Rows = Map<string, { readonly [field: string]: Json }>

/** Rows of a file system as a scenario describes it: nested entries of type `directory` or `file`. */
export function fileRows(scenario: PyDict, filler: Filler | null): Rows {
  const loader = new Loader(filler)
  const [name, root] = rootOf(scenario)
  const key = loader.directory(name, null, root)
  loader.rows.set(TREE, { root: key, current: key, next: loader.rows.size })
  return loader.rows
}

function rootOf(scenario: PyDict): readonly [string, PyDict | null] {
  const root = scenario.get('root')
  const [entry] = root instanceof PyDict ? root.entries() : []
  if (!entry) return ['/', null]
  const [name, directory] = entry
  const inside = directory instanceof PyDict ? directory.get('contents') : null
  return [String(name), inside instanceof PyDict ? inside : new PyDict()]
}

class Loader {
  readonly rows: Rows = new Map()
  readonly #filler: Filler | null

  constructor(filler: Filler | null) {
    this.#filler = filler
  }

  directory(name: string, parent: string | null, inside: PyDict | null): string {
    const number = this.rows.size + 1
    const [key, contentsKey] = [`d${number}`, `c${number}`]
    this.rows.set(key, { name, parent, contents: contentsKey })
    const entries = [...(inside?.entries() ?? [])].flatMap(([each, data]) => this.#entry(String(each), key, data))
    const isLowest = inside !== null && !entries.some(([, child]) => isDirectory(child))
    const extra = isLowest
      ? (this.#filler?.fileNames ?? []).map(str).map((file) => [file, this.#file(file, '')] as const)
      : []
    this.rows.set(contentsKey, { entries: [...entries, ...extra] })
    return key
  }

  #entry(name: string, parent: string, data: Py): (readonly [string, string])[] {
    if (!(data instanceof PyDict)) return []
    const inside = data.get('contents')
    if (data.get('type') === 'directory')
      return [[name, this.directory(name, parent, inside instanceof PyDict ? inside : new PyDict())]]
    return data.get('type') === 'file'
      ? [[name, this.#file(name, this.#textOf(name, data.get('content') ?? null))]]
      : []
  }

  #textOf(name: string, text: Py): Py {
    const isExtended = this.#filler && !this.#filler.filesAsTheyAre.includes(name)
    return isExtended && typeof text === 'string' ? text + this.#filler?.fileText : text
  }

  #file(name: string, text: Py): string {
    const number = this.rows.size + 1
    this.rows.set(`f${number}`, { name, text: `t${number}` })
    this.rows.set(`t${number}`, { text: toStorage(text) })
    return `f${number}`
  }
}
