import { existsSync, readdirSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { VerifyHandler } from '../../../core/verify.ts'

/** Sources, or the compiled package: whatever this file is part of. */
const ENDING = extname(import.meta.filename)
const ENVS = join(dirname(dirname(dirname(import.meta.dirname))), 'envs')

/** Handlers of vector files, from every environment family that has some: `envs/<family>/verify/index`. */
export async function environmentHandlers(): Promise<readonly VerifyHandler[]> {
  const paths = readdirSync(ENVS).map((family) => join(ENVS, family, 'verify', `index${ENDING}`))
  const families = await Promise.all(paths.filter((path) => existsSync(path)).map(importHandlers))
  return families.flat()
}

async function importHandlers(path: string): Promise<readonly VerifyHandler[]> {
  const { verifyHandlers }: { readonly verifyHandlers: readonly VerifyHandler[] } = await import(
    pathToFileURL(path).href
  )
  return verifyHandlers
}
