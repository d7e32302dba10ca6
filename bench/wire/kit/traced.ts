import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import typescript from 'typescript'

/** Entries into files since the trace was started. */
const counts = new Map<string, number>()
/** Files of the calls that are under way. */
const stack: string[] = []

/** What the traced functions call. */
const trace = {
  enter(file: string): number {
    if (stack.at(-1) !== file) counts.set(file, (counts.get(file) ?? 0) + 1)
    return stack.push(file) - 1
  },
  exit(depth: number): void {
    stack.length = depth
  },
}
Object.assign(globalThis, { stepgymTrace: trace })

/** Times that each file is entered from another, for each of `steps` steps. */
export async function entriesByFile(steps: number, run: () => Promise<void>): Promise<ReadonlyMap<string, number>> {
  counts.clear()
  await run()
  return new Map([...counts].map(([file, count]) => [file, count / steps]))
}

/** A copy of a build whose synchronous functions are traced. @returns Its folder, which lies within the build. */
export function writeTraced(dist: string): string {
  const folder = join(dist, '.traced')
  rmSync(folder, { recursive: true, force: true })
  for (const room of ['core', 'records', 'registry', 'rewards', 'server']) {
    cpSync(join(dist, room), join(folder, room), { recursive: true })
    const files = readdirSync(join(folder, room), { recursive: true, encoding: 'utf8' })
    for (const file of files.filter((name) => name.endsWith('.js')))
      writeFileSync(
        join(folder, room, file),
        tracedText(`${room}/${file}`, readFileSync(join(folder, room, file), 'utf8')),
      )
  }
  return folder
}

const { factory, ScriptTarget, SyntaxKind } = typescript

function tracedText(name: string, text: string): string {
  const source = typescript.createSourceFile(name, text, ScriptTarget.ES2023, true)
  const { transformed } = typescript.transform(source, [tracer(name)])
  const [file = source] = transformed
  return typescript.createPrinter().printFile(file)
}

const tracer =
  (name: string): typescript.TransformerFactory<typescript.SourceFile> =>
  (context) => {
    const visit = (node: typescript.Node): typescript.Node => {
      const inner = typescript.visitEachChild(node, visit, context)
      return typescript.isFunctionLike(inner) && isPlain(inner) ? withTrace(inner, name) : inner
    }
    return (source) => typescript.visitEachChild(source, visit, context)
  }

/** A function that is suspended would leave the stack in disorder. */
function isPlain(node: typescript.SignatureDeclaration): boolean {
  const modifiers = typescript.canHaveModifiers(node) ? (typescript.getModifiers(node) ?? []) : []
  const isAsync = modifiers.some(({ kind }) => kind === SyntaxKind.AsyncKeyword)
  return !isAsync && !('asteriskToken' in node && node.asteriskToken)
}

function withTrace(node: typescript.Node, name: string): typescript.Node {
  const text = (body: typescript.Block): typescript.Block => tracedBlock(body, name)
  if (typescript.isMethodDeclaration(node) && node.body)
    return factory.createMethodDeclaration(
      node.modifiers,
      node.asteriskToken,
      node.name,
      undefined,
      undefined,
      node.parameters,
      undefined,
      text(node.body),
    )
  if (typescript.isGetAccessorDeclaration(node) && node.body)
    return factory.createGetAccessorDeclaration(node.modifiers, node.name, node.parameters, undefined, text(node.body))
  if (typescript.isConstructorDeclaration(node) && node.body)
    return factory.createConstructorDeclaration(node.modifiers, node.parameters, text(node.body))
  if (typescript.isFunctionDeclaration(node) && node.body)
    return factory.createFunctionDeclaration(
      node.modifiers,
      node.asteriskToken,
      node.name,
      undefined,
      node.parameters,
      undefined,
      text(node.body),
    )
  if (!typescript.isArrowFunction(node)) return node
  const { body } = node
  const block = typescript.isBlock(body) ? body : factory.createBlock([factory.createReturnStatement(body)])
  return factory.createArrowFunction(
    node.modifiers,
    undefined,
    node.parameters,
    undefined,
    node.equalsGreaterThanToken,
    text(block),
  )
}

/** `const depth = stepgymTrace.enter(NAME); try { ... } finally { stepgymTrace.exit(depth) }` */
function tracedBlock(body: typescript.Block, name: string): typescript.Block {
  const call = (method: string, argument: typescript.Expression): typescript.CallExpression =>
    factory.createCallExpression(
      factory.createPropertyAccessExpression(factory.createIdentifier('stepgymTrace'), method),
      undefined,
      [argument],
    )
  const depth = factory.createUniqueName('depth')
  const entered = call('enter', factory.createStringLiteral(name))
  const declared = factory.createVariableDeclaration(depth, undefined, undefined, entered)
  const exit = factory.createBlock([factory.createExpressionStatement(call('exit', depth))])
  return factory.createBlock(
    [
      factory.createVariableStatement(
        undefined,
        factory.createVariableDeclarationList([declared], typescript.NodeFlags.Const),
      ),
      factory.createTryStatement(body, undefined, exit),
    ],
    true,
  )
}
