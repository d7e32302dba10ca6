// The workspace of a program in Emscripten's file system: written before it runs, read after it has ended.

const ROOT = '/workspace'
const MOST_DEPTH = 16
const MOST_PATH_BYTES = 1024

export function writeFiles(FS, files) {
  for (const [path, bytes] of files) {
    const folder = path.split('/').slice(0, -1).join('/')
    FS.mkdirTree(`${ROOT}/${folder}`)
    FS.writeFile(`${ROOT}/${path}`, bytes)
  }
}

/** What differs from the files of the start: paths, and the bytes of those that changed. Links are not followed. */
export function changesOf(FS, before, mostBytes) {
  const found = { seen: new Set(), changed: [], skipped: [], parts: [], room: mostBytes }
  walk(FS, before, found, '', 1)
  const removed = [...before.keys()].filter((path) => !found.seen.has(path))
  return { changed: found.changed, skipped: found.skipped, parts: found.parts, removed }
}

function walk(FS, before, found, prefix, depth) {
  const names = FS.readdir(`${ROOT}/${prefix}`).filter((name) => name !== '.' && name !== '..')
  for (const name of names.sort()) {
    const path = `${prefix}${name}`
    const { mode, size } = FS.lstat(`${ROOT}/${path}`)
    if (!FS.isDir(mode)) take(FS, before, found, { path, mode, size })
    else if (depth < MOST_DEPTH) walk(FS, before, found, `${path}/`, depth + 1)
    else found.skipped.push([path, 'deeper than 16 folders'])
  }
}

function take(FS, before, found, { path, mode, size }) {
  const problem = problemOf(FS, found, { path, mode, size })
  if (problem !== null) {
    found.skipped.push([path, problem])
    return
  }
  found.room -= size
  found.seen.add(path)
  const bytes = FS.readFile(`${ROOT}/${path}`)
  if (before.get(path)?.equals(bytes)) return
  found.changed.push([path, bytes.length])
  found.parts.push(bytes)
}

function problemOf(FS, { room }, { path, mode, size }) {
  if (FS.isLink(mode)) return 'a symbolic link'
  if (!FS.isFile(mode)) return 'not a regular file'
  if (size > room) return 'more bytes than the workspace can hold'
  if (Buffer.byteLength(path) > MOST_PATH_BYTES) return 'a path of more than 1024 bytes'
  return path.includes('\ufffd') ? 'a name that is not UTF-8' : null
}
