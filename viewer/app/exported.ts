import type { ExportedRuns } from '../answers.ts'
import type { Failure } from './failure.ts'

/** Text of an element; null where it is not there. */
const textOf = (id: string): string | null => document.getElementById(id)?.textContent ?? null

function read(): ExportedRuns | null {
  const text = textOf('runs')
  return text === null ? null : JSON.parse(text)
}

/** What this page holds if it is an exported file; null where a server answers. */
export const EXPORTED: ExportedRuns | null = read()

const packs = new Map<number, Promise<Readonly<Record<string, unknown>>>>()

/** An answer that the file holds, or why it does not. */
export async function exportedAnswer(
  { answers, packs: index, left }: ExportedRuns,
  path: string,
): Promise<{ readonly value: unknown } | { readonly failure: Failure }> {
  if (Object.hasOwn(answers, path)) return { value: answers[path] }
  const prefix = path.split('?')[0]?.split('/').slice(0, 4).join('/') ?? ''
  const number = Object.hasOwn(index, prefix) ? index[prefix] : undefined
  const pack = number === undefined ? {} : await unpacked(number)
  if (Object.hasOwn(pack, path)) return { value: pack[path] }
  const message = `this is not in the file: ${left ?? 'it holds what the pages of its runs show'}`
  return { failure: { code: 'NOT_IN_FILE', message } }
}

/** A pack, read when it is first looked at. */
function unpacked(number: number): Promise<Readonly<Record<string, unknown>>> {
  const known = packs.get(number) ?? unzipped(textOf(`pack-${number}`) ?? '')
  packs.set(number, known)
  return known
}

async function unzipped(base64: string): Promise<Readonly<Record<string, unknown>>> {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return JSON.parse(await new Response(stream).text())
}
