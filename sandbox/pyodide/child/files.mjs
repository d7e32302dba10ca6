// Limits of Emscripten's file system, which is in memory of JavaScript: WebAssembly's own limit does not count it.

const [EAGAIN, EFBIG, EMFILE, ENOSPC, EPERM] = [6, 22, 33, 51, 63]

/** Leaves only files in memory: no program can mount folders of the host. */
export function closeFileSystem(FS) {
  for (const name of Object.keys(FS.filesystems)) if (name !== 'MEMFS') delete FS.filesystems[name]
  FS.mount = () => {
    throw new FS.ErrnoError(EPERM)
  }
}

/** Counts from here on: bytes and names beyond the limits are refused. */
export function limitFileSystem(FS, { workspaceBytes, workspaceFiles, fileBytes, openFiles }) {
  const { MEMFS } = FS.filesystems
  limitBytes(FS, MEMFS, workspaceBytes, fileBytes)
  limitNames(FS, MEMFS, workspaceFiles)
  limitStreams(FS, openFiles)
}

function limitBytes(FS, MEMFS, workspaceBytes, fileBytes) {
  let used = 0
  const grow = (node, size) => {
    if (size > fileBytes) throw new FS.ErrnoError(EFBIG)
    const more = Math.max(0, size - node.usedBytes)
    if (used + more > workspaceBytes) throw new FS.ErrnoError(ENOSPC)
    used += more
  }
  const { file, dir } = MEMFS.ops_table
  const { write } = file.stream
  file.stream.write = (stream, buffer, offset, length, position, canOwn) => {
    grow(stream.node, position + length)
    return write(stream, buffer, offset, length, position, canOwn)
  }
  const { resizeFileStorage } = MEMFS
  MEMFS.resizeFileStorage = (node, size) => {
    grow(node, size)
    used -= Math.max(0, node.usedBytes - size)
    return resizeFileStorage(node, size)
  }
  const { unlink } = dir.node
  dir.node.unlink = (parent, name) => {
    used -= Math.min(used, FS.lookupNode(parent, name).usedBytes ?? 0)
    return unlink(parent, name)
  }
}

function limitNames(FS, MEMFS, workspaceFiles) {
  let names = 0
  const { createNode } = MEMFS
  MEMFS.createNode = (parent, name, mode, device) => {
    if (names >= workspaceFiles) throw new FS.ErrnoError(ENOSPC)
    names++
    return createNode(parent, name, mode, device)
  }
}

function limitStreams(FS, openFiles) {
  const { createStream } = FS
  FS.createStream = (...args) => {
    const stream = createStream(...args)
    if (stream.node?.pipe !== undefined) limitPipe(FS, stream.stream_ops)
    if (stream.fd < openFiles) return stream
    FS.streams[stream.fd] = null
    throw new FS.ErrnoError(EMFILE)
  }
}

/** Pieces of 8 KiB that a pipe keeps until they are read. */
const MOST_BUCKETS = 16

/** All pipes have the same operations. */
function limitPipe(FS, operations) {
  if (operations.isLimited) return
  const { write } = operations
  operations.isLimited = true
  operations.write = (stream, buffer, offset, length, position) => {
    if (stream.node.pipe.buckets.length > MOST_BUCKETS) throw new FS.ErrnoError(EAGAIN)
    return write(stream, buffer, offset, length, position)
  }
}
