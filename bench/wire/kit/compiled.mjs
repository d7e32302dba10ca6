// Runs sources as the compiler emits them into a package, which is what users run: `node --import compiled.mjs FILE.ts`.
// `tsx` does something else: it renames each function whenever it is created, for the sake of stack traces.
import { readFile } from 'node:fs/promises'
import { register } from 'node:module'
import { fileURLToPath } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import typescript from 'typescript'

if (isMainThread) register(import.meta.url)

const { ModuleKind, ScriptTarget, transpileModule } = typescript
const compilerOptions = { module: ModuleKind.ESNext, target: ScriptTarget.ES2023, verbatimModuleSyntax: true }

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context)
  const source = await readFile(fileURLToPath(url), 'utf8')
  return { format: 'module', shortCircuit: true, source: transpileModule(source, { compilerOptions }).outputText }
}
