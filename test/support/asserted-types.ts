import { readdirSync, readFileSync } from 'node:fs'
import ts from 'typescript'

const FOLDER = new URL('../types/', import.meta.url)

/** Texts of the files in `test/types`. */
export const typeAssertions = (): readonly string[] =>
  readdirSync(FOLDER).map((file) => readFileSync(new URL(file, FOLDER), 'utf8'))

/** `entry name` of each import that an assertion of the file uses. */
export function assertedIn(text: string): readonly string[] {
  const file = ts.createSourceFile('types.ts', text, ts.ScriptTarget.Latest, true)
  const used = new Set(file.statements.flatMap((statement) => (isAssertion(statement) ? identifiersIn(statement) : [])))
  return file.statements
    .filter(ts.isImportDeclaration)
    .flatMap(importsOf)
    .flatMap(({ entry, exported, local }) => (used.has(local) ? [`${entry} ${exported}`] : []))
}

const isAssertion = (node: ts.Node): boolean =>
  !ts.isImportDeclaration(node) && /expectTypeOf|@ts-expect-error/.test(node.getFullText())

const identifiersIn = (node: ts.Node): readonly string[] => [
  ...(ts.isIdentifier(node) ? [node.text] : []),
  ...node.getChildren().flatMap(identifiersIn),
]

interface Import {
  readonly entry: string
  readonly exported: string
  readonly local: string
}

function importsOf({ moduleSpecifier, importClause }: ts.ImportDeclaration): readonly Import[] {
  const entry = ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : ''
  const bindings = importClause?.namedBindings
  const named = bindings && ts.isNamedImports(bindings) ? bindings.elements : []
  return [
    ...(importClause?.name ? [{ entry, exported: 'default', local: importClause.name.text }] : []),
    ...named.map(({ propertyName, name }) => ({ entry, exported: (propertyName ?? name).text, local: name.text })),
  ]
}
