import { counted } from '../../core/data/shown.ts'
import { type Edit, missing, refused } from '../../sandbox/episode/edits.ts'
import { blobAt, bytesOf, type Workspace } from '../../sandbox/episode/workspace.ts'

/** What the agent is shown, and which lines of which files that is. */
export interface Look extends Edit {
  readonly lines: readonly Lines[]
}

/** Lines of a file, both ends included. */
export interface Lines {
  readonly path: string
  readonly from: number
  readonly to: number
}

const looked = (workspace: Workspace, shown: string, lines: readonly Lines[] = []): Look => ({
  workspace,
  shown,
  lines,
  isDone: true,
})
const refusedLook = (edit: Edit): Look => ({ ...edit, lines: [] })

const folderOf = (path: string): string => path.replace(/^\.?\/*/, '').replace(/\/+$/, '')

/** A file with its line numbers, or the files of a folder. */
export function view(
  workspace: Workspace,
  { path, from, to }: { readonly path: string; readonly from: number | null; readonly to: number | null },
  mostCharacters: number,
): Look {
  const blob = blobAt(workspace, path)
  if (blob === undefined) return list(workspace, folderOf(path), mostCharacters)
  if (typeof blob !== 'string')
    return looked(
      workspace,
      `${path} has ${counted(bytesOf(blob).length, 'byte')} that are not UTF-8, so that it cannot be shown.`,
    )
  const lines = linesOf(blob)
  if (from !== null && from > lines.length)
    return refusedLook(refused(workspace, `${path} has ${counted(lines.length, 'line')}, and no line ${from}.`))
  return numbered(
    workspace,
    path,
    lines,
    Math.max(1, from ?? 1),
    Math.min(lines.length, to ?? lines.length),
    mostCharacters,
  )
}

const linesOf = (text: string): readonly string[] => text.replace(/\n$/, '').split('\n')

function numbered(
  workspace: Workspace,
  path: string,
  lines: readonly string[],
  from: number,
  last: number,
  mostCharacters: number,
): Look {
  const shown: string[] = []
  let characters = 0
  for (let number = from; number <= last; number++) {
    const line = `${String(number).padStart(4)} ${cutLine(lines[number - 1] ?? '')}`
    characters += line.length + 1
    if (characters > mostCharacters && shown.length > 0) break
    shown.push(line)
  }
  const end = from + shown.length - 1
  const rest = end < last ? [`... lines ${end + 1} to ${last} are left out: ask for them.`] : []
  const header = `${path}, lines ${from} to ${end} of ${lines.length}:`
  return looked(workspace, [header, ...shown, ...rest].join('\n'), [{ path, from, to: end }])
}

const MOST_LINE = 500

/** A line as it is shown. */
const cutLine = (line: string): string =>
  line.length > MOST_LINE ? `${line.slice(0, MOST_LINE).replace(/\p{Surrogate}$/u, '')}...` : line

function list(workspace: Workspace, folder: string, mostCharacters: number): Look {
  const paths = Object.keys(workspace.files).filter((path) => folder === '' || path.startsWith(`${folder}/`))
  if (paths.length === 0) return refusedLook(missing(workspace, folder))
  return looked(workspace, atMost(paths, mostCharacters, 'file'))
}

/** As many lines as there is room for, and how many are left out. */
function atMost(lines: readonly string[], mostCharacters: number, noun: string): string {
  const shown: string[] = []
  let characters = 0
  for (const line of lines) {
    characters += line.length + 1
    if (characters > mostCharacters) break
    shown.push(line)
  }
  const rest = lines.length - shown.length
  return [...shown, ...(rest > 0 ? [`... ${counted(rest, noun)} left out.`] : [])].join('\n')
}

/** Hits of a search that are shown. */
const MOST_HITS = 100

/** Lines that have a text. */
export function search(
  workspace: Workspace,
  { text, path }: { readonly text: string; readonly path: string },
  mostCharacters: number,
): Look {
  if (text === '' || text.includes('\n'))
    return refusedLook(refused(workspace, 'The text to search for is empty, or more than one line.'))
  const folder = folderOf(path)
  const paths = Object.keys(workspace.files).filter(
    (each) => folder === '' || each === folder || each.startsWith(`${folder}/`),
  )
  if (paths.length === 0) return refusedLook(missing(workspace, path))
  const hits = paths.flatMap((each) => hitsIn(workspace, each, text))
  const shown = hits.slice(0, MOST_HITS)
  const lines = shown.map((hit) => `${hit.path}:${hit.line}: ${cutLine(hit.content.trim())}`)
  if (lines.length === 0) return looked(workspace, `No line has ${JSON.stringify(text.slice(0, 100))}.`)
  const rest = hits.length > shown.length ? [`... ${counted(hits.length - shown.length, 'line')} left out.`] : []
  return looked(workspace, [atMost(lines, mostCharacters, 'line'), ...rest].join('\n'), shown.map(linesOfHit))
}

const linesOfHit = ({ path, line }: { readonly path: string; readonly line: number }): Lines => ({
  path,
  from: line,
  to: line,
})

function hitsIn(workspace: Workspace, path: string, text: string) {
  const blob = blobAt(workspace, path)
  if (typeof blob !== 'string' || !blob.includes(text)) return []
  return linesOf(blob).flatMap((content, at) => (content.includes(text) ? [{ path, line: at + 1, content }] : []))
}
