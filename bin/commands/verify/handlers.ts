import { existsSync, readdirSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { VerifyHandler } from '../../../core/verify.ts'

/** Sources, or the compiled package: whatever this file is part of. */
const ENDING = extname(import.meta.filename)
const ROOT = dirname(dirname(dirname(import.meta.dirname)))

/** What there are vectors for: every environment family that has handlers, and credit assignment. */
export const VECTOR_KINDS = ['envs', 'credit'] as const
export type VectorKind = (typeof VECTOR_KINDS)[number]

/** Handlers of vector files: `envs/<family>/verify/index`, or `rewards/verify/index`. */
export async function handlersOf(kind: VectorKind): Promise<readonly VerifyHandler[]> {
  const envs = join(ROOT, 'envs')
  const folders = kind === 'envs' ? readdirSync(envs).map((family) => join(envs, family)) : [join(ROOT, 'rewards')]
  const paths = folders.map((folder) => join(folder, 'verify', `index${ENDING}`))
  const found = await Promise.all(paths.filter((path) => existsSync(path)).map(importHandlers))
  return found.flat()
}

async function importHandlers(path: string): Promise<readonly VerifyHandler[]> {
  const { verifyHandlers }: { readonly verifyHandlers: readonly VerifyHandler[] } = await import(
    pathToFileURL(path).href
  )
  return verifyHandlers
}
