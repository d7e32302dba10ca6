import { counted } from '../../core/data/shown.ts'
import { blobAt, changed, problemOf, type Workspace, type WorkspaceLimits } from './workspace.ts'

/** What a change of files did, in words for the agent. */
export interface Edit {
  readonly workspace: Workspace
  readonly shown: string
  /** False where it could not be done, and nothing has changed. */
  readonly isDone: boolean
}

export const refused = (workspace: Workspace, shown: string): Edit => ({ workspace, shown, isDone: false })

/** The refusal of a path that has no file. */
export const missing = (workspace: Workspace, path: string): Edit =>
  refused(
    workspace,
    `There is no file ${JSON.stringify(path)}. Files: ${Object.keys(workspace.files).join(', ') || 'none'}.`,
  )

/** A line feed at the end begins no line. */
const linesIn = (content: string): number => (content === '' ? 0 : content.replace(/\n$/, '').split('\n').length)

export function written(
  workspace: Workspace,
  files: readonly { readonly path: string; readonly content: string }[],
  limits: WorkspaceLimits,
): Edit {
  const next = changed(workspace, Object.fromEntries(files.map(({ path, content }) => [path, content])))
  const wrong = problemOf(next, limits)
  if (wrong !== null) return refused(workspace, `Nothing was written: ${wrong}.`)
  const lines = files.map(({ path, content }) => `Wrote ${path}: ${counted(linesIn(content), 'line')}.`)
  return { workspace: next, shown: lines.join('\n'), isDone: true }
}

/** Replaces a text that is in a file exactly once. */
export function edited(
  workspace: Workspace,
  edit: { readonly path: string; readonly old: string; readonly new: string },
  limits: WorkspaceLimits,
): Edit {
  const text = blobAt(workspace, edit.path)
  if (text === undefined) return missing(workspace, edit.path)
  const count = typeof text === 'string' && edit.old !== '' ? text.split(edit.old).length - 1 : 0
  if (typeof text !== 'string' || count !== 1)
    return refused(workspace, `The text to replace is in ${edit.path} ${count} times, and must be there once.`)
  return written(workspace, [{ path: edit.path, content: text.replace(edit.old, () => edit.new) }], limits)
}

export function deleted(workspace: Workspace, path: string): Edit {
  if (blobAt(workspace, path) === undefined) return missing(workspace, path)
  return { workspace: changed(workspace, { [path]: null }), shown: `Deleted ${path}.`, isDone: true }
}
