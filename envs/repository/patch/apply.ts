import { cut } from '../../../core/data/shown.ts'
import { type Edit, refused } from '../../../sandbox/episode/edits.ts'
import { blobAt, changed, problemOf, type Workspace, type WorkspaceLimits } from '../../../sandbox/episode/workspace.ts'
import { type FilePatch, type Hunk, PatchProblem, parsePatch } from './parse.ts'

/** Applies a patch to the workspace; all of it, or nothing. */
export function patched(workspace: Workspace, text: string, limits: WorkspaceLimits): Edit {
  try {
    const files = parsePatch(text)
    const next = files.reduce((before, file) => changed(before, changesOf(before, file)), workspace)
    const wrong = problemOf(next, limits)
    if (wrong !== null) return refused(workspace, `Nothing was changed: ${wrong}.`)
    const names = files.map(({ from, to }) => to ?? `${from} (deleted)`)
    return { workspace: next, shown: `Patched ${names.join(', ')}.`, isDone: true }
  } catch (thrown) {
    if (!(thrown instanceof PatchProblem)) throw thrown
    return refused(workspace, `The patch does not apply, and nothing was changed: ${thrown.message}.`)
  }
}

/** Files after a patch: texts by path, null for those that are deleted. @throws PatchProblem */
export function changesOf(
  workspace: Workspace,
  { from, to, hunks }: FilePatch,
): Readonly<Record<string, string | null>> {
  if (to !== null && to !== from && blobAt(workspace, to) !== undefined)
    throw new PatchProblem(`it makes the file ${to}, which is there`)
  const before = from === null ? '' : textOf(workspace, from)
  const after = withHunks(before, hunks, from ?? to ?? '')
  if (to === null && after !== '') throw new PatchProblem(`it deletes ${from}, and leaves some of its lines`)
  return { ...(from !== null && from !== to && { [from]: null }), ...(to !== null && { [to]: after }) }
}

function textOf(workspace: Workspace, path: string): string {
  const blob = blobAt(workspace, path)
  if (blob === undefined) throw new PatchProblem(`there is no file ${path}`)
  if (typeof blob !== 'string') throw new PatchProblem(`${path} is not UTF-8`)
  return blob
}

function withHunks(text: string, hunks: readonly Hunk[], path: string): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
  const after: string[] = []
  let [next, drift, isUnended] = [0, 0, text !== '' && !text.endsWith('\n')]
  for (const [at, hunk] of hunks.entries()) {
    const wanted = firstOf(hunk) + drift
    const place = placeOf(lines, hunk.before, wanted, next)
    if (place === null) throw new PatchProblem(mismatch(lines, hunk, path, at, Math.max(0, wanted)))
    for (; next < place; next++) after.push(lines[next] ?? '')
    after.push(...hunk.after)
    next += hunk.before.length
    drift = place - firstOf(hunk)
    if (next === lines.length) isUnended = hunk.isUnended
  }
  for (; next < lines.length; next++) after.push(lines[next] ?? '')
  return after.length === 0 ? '' : `${after.join('\n')}${isUnended ? '' : '\n'}`
}

/** Position of the first line that a hunk replaces; one without lines is after the line that it names. */
const firstOf = ({ line, before }: Hunk): number => (before.length === 0 ? line : line - 1)

/** Lines that a hunk may have moved. */
const MOST_SHIFT = 1000

/** The place nearest to the wanted one where these lines are; null where they are not near it. */
function placeOf(lines: readonly string[], before: readonly string[], wanted: number, least: number): number | null {
  const isAt = (place: number): boolean => before.every((line, at) => lines[place + at] === line)
  const last = lines.length - before.length
  for (let distance = 0; distance <= MOST_SHIFT; distance++)
    for (const place of [wanted + distance, wanted - distance])
      if (place >= least && place <= last && isAt(place)) return place
  return null
}

function mismatch(lines: readonly string[], { before }: Hunk, path: string, at: number, first: number): string {
  const wrong = Math.max(
    0,
    before.findIndex((text, offset) => lines[first + offset] !== text),
  )
  const found = lines[first + wrong]
  const is = found === undefined ? 'not there' : JSON.stringify(cut(found, 100))
  return `change ${at + 1} of ${path} is for other lines: line ${first + wrong + 1} is ${is}, not ${JSON.stringify(cut(before[wrong] ?? '', 100))}`
}
