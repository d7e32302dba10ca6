import { createHash } from 'node:crypto'
import { hashOf } from '../../core/data/hash.ts'
import { DEFAULT_LIMITS } from '../program.ts'
import type { Files } from '../types.ts'
import { problemOfPath, problemOfTotals } from '../workspace.ts'

/** Content of a file: its text, or its bytes in base64 where they are not UTF-8. */
export type Blob = string | { readonly base64: string }

/** Files by path, and their contents by digest: what did not change is shared with earlier states. */
export interface Workspace {
  /** Digest of each file, in the order of the paths. */
  readonly files: Readonly<Record<string, string>>
  readonly blobs: Readonly<Record<string, Blob>>
}

/** Bounds of a workspace. */
export interface WorkspaceLimits {
  readonly workspaceFiles: number
  readonly workspaceBytes: number
}

export const EMPTY: Workspace = { files: {}, blobs: {} }

const digestOf = (blob: Blob): string => createHash('sha256').update(bytesOf(blob)).digest('hex').slice(0, 32)
export const bytesOf = (blob: Blob): Uint8Array =>
  typeof blob === 'string' ? Buffer.from(blob) : Buffer.from(blob.base64, 'base64')

/** Digest of all paths and contents. */
export const treeOf = ({ files }: Workspace): string => hashOf(files).slice(0, 32)

/** Undefined where there is no such file. */
export const blobAt = ({ files, blobs }: Workspace, path: string): Blob | undefined =>
  Object.hasOwn(files, path) ? blobs[files[path] ?? ''] : undefined

/** The workspace with these files, and without those that are null. */
export function changed(workspace: Workspace, changes: Readonly<Record<string, Blob | null>>): Workspace {
  const files = new Map(Object.entries(workspace.files))
  const blobs: Record<string, Blob> = { ...workspace.blobs }
  for (const [path, blob] of Object.entries(changes)) {
    if (blob === null) files.delete(path)
    else files.set(path, digestOf(blob))
    if (blob !== null) blobs[digestOf(blob)] = blob
  }
  const used = new Set(files.values())
  return {
    files: Object.fromEntries([...files].sort(([a], [b]) => (a < b ? -1 : 1))),
    blobs: Object.fromEntries(Object.entries(blobs).filter(([digest]) => used.has(digest))),
  }
}

/** A workspace of these files. */
export const workspaceOf = (files: Readonly<Record<string, Blob>>): Workspace => changed(EMPTY, files)

/** Why a path or the files as a whole cannot be; null where they can. */
export function problemOf({ files, blobs }: Workspace, limits: WorkspaceLimits): string | null {
  const paths = Object.keys(files)
  for (const path of paths) {
    const wrong = problemOfPath(path)
    if (wrong !== null) return `the file ${JSON.stringify(path.slice(0, 100))} ${wrong}`
    const inside = paths.find((other) => other.startsWith(`${path}/`))
    if (inside !== undefined)
      return `${JSON.stringify(path)} is a file, and cannot have the file ${JSON.stringify(inside)} in it`
  }
  if (paths.length > limits.workspaceFiles) return `there are at most ${limits.workspaceFiles} files`
  const bytes = Object.values(files).reduce((sum, digest) => sum + bytesOf(blobs[digest] ?? '').length, 0)
  if (bytes > limits.workspaceBytes) return `files have at most ${limits.workspaceBytes} bytes together`
  return problemOfTotals(sandboxFiles({ files, blobs }), DEFAULT_LIMITS)
}

/** As the sandbox takes it. */
export const sandboxFiles = ({ files, blobs }: Workspace): Files =>
  new Map(Object.entries(files).map(([path, digest]) => [path, bytesOf(blobs[digest] ?? '')]))

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function blobOf(bytes: Uint8Array): Blob {
  try {
    return UTF8.decode(bytes)
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') }
  }
}
