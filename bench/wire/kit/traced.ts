import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import typescript from 'typescript'

/** The time from the call of a file's function by another file to its return, calls within the file included. */
interface Visit {
  readonly file: string
  /** The file that it called last. */
  called: string | null
}

/** Entries into files since the trace was started. */
const counts = new Map<string, number>()
/** Visits of the functions that are running. */
const running: Visit[] = []
/** Calls as lines, indented; null while they are not written. */
let lines: string[] | null = null

/** What the traced functions call. */
const trace = {
  enter(file: string, name: string): number {
    const caller = running.at(-1)
    lines?.push(`${'  '.repeat(running.length)}${file} ${name}`)
    if (caller?.file === file) return running.push(caller) - 1
    if (caller?.called !== file) counts.set(file, (counts.get(file) ?? 0) + 1)
    if (caller) caller.called = file
    return running.push({ file, called: null }) - 1
  },
  exit(depth: number): void {
    running.length = depth
  },
}
Object.assign(globalThis, { stepgymTrace: trace })

/** Times that each file is entered from another, for each of `steps` steps. Calls in a row of one visit are one entry. */
export async function entriesByFile(steps: number, run: () => Promise<void>): Promise<ReadonlyMap<string, number>> {
  counts.clear()
  await run()
  return new Map([...counts].map(([file, count]) => [file, count / steps]))
}

/** Every call while `run` runs, in order, as an indented text. */
export async function callsOf(run: () => Promise<void>): Promise<string> {
  const written: string[] = []
  lines = written
  await run()
  lines = null
  return written.join('\n')
}

/** A copy of a build whose synchronous functions are traced. @returns Its folder, which lies within the build. */
export function writeTraced(dist: string): string {
  const folder = join(dist, '.traced')
  rmSync(folder, { recursive: true, force: true })
  for (const room of ['core', 'records', 'registry', 'rewards', 'server']) {
    cpSync(join(dist, room), join(folder, room), { recursive: true })
    const files = readdirSync(join(folder, room), { recursive: true, encoding: 'utf8' })
    for (const file of files.filter((name) => name.endsWith('.js'))) {
      const text = readFileSync(join(folder, room, file), 'utf8')
      writeFileSync(join(folder, room, file), tracedText(`${room}/${file}`, text))
    }
  }
  return folder
}

/** A text that goes in at a position. */
type Insertion = readonly [position: number, text: string]

function tracedText(name: string, text: string): string {
  const source = typescript.createSourceFile(name, text, typescript.ScriptTarget.ES2023, true)
  const insertions: Insertion[] = []
  const visit = (node: typescript.Node): void => {
    if (typescript.isFunctionLike(node) && isPlain(node)) insertions.push(...insertionsIn(node, name))
    typescript.forEachChild(node, visit)
  }
  visit(source)
  const inOrder = insertions.map((each, order) => ({ each, order })).sort(byPosition)
  let [traced, from] = ['', 0]
  for (const { each } of inOrder) {
    const [position, inserted] = each
    traced += text.slice(from, position) + inserted
    from = position
  }
  return traced + text.slice(from)
}

interface Ordered {
  readonly each: Insertion
  readonly order: number
}

const byPosition = (one: Ordered, other: Ordered): number => one.each[0] - other.each[0] || one.order - other.order

/** A function that is suspended would leave the stack in disorder. */
function isPlain(node: typescript.SignatureDeclaration): boolean {
  const modifiers = typescript.canHaveModifiers(node) ? (typescript.getModifiers(node) ?? []) : []
  const isAsync = modifiers.some(({ kind }) => kind === typescript.SyntaxKind.AsyncKeyword)
  return !isAsync && !('asteriskToken' in node && node.asteriskToken)
}

/** `try { BODY } finally { exit }` around the body, an expression made a block. */
function insertionsIn(node: typescript.SignatureDeclaration, file: string): readonly Insertion[] {
  const body = 'body' in node ? node.body : undefined
  if (!body) return []
  const called = JSON.stringify(nameOf(node))
  const enter = `const $depth = stepgymTrace.enter(${JSON.stringify(file)}, ${called}); try {`
  const exit = '} finally { stepgymTrace.exit($depth) }'
  if (typescript.isBlock(body)) {
    return [
      [body.getStart() + 1, enter],
      [body.getEnd() - 1, exit],
    ]
  }
  return [
    [body.getStart(), `{${enter}return (`],
    [body.getEnd(), `)${exit}}`],
  ]
}

function nameOf(node: typescript.SignatureDeclaration): string {
  if (typescript.isConstructorDeclaration(node)) return 'new'
  const { name = null } = typescript.isArrowFunction(node) && 'name' in node.parent ? node.parent : node
  return isNode(name) ? name.getText() : '=>'
}

const isNode = (value: unknown): value is typescript.Node =>
  typeof value === 'object' && value !== null && 'getText' in value
