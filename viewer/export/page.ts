import { createHash } from 'node:crypto'
import { GymError } from '../../core/data/errors.ts'
import type { AppFile } from '../http/app-files.ts'
import type { ExportedRuns } from './held.ts'

/** The pages with their data in one file, whose policy allows its own script and style by their hashes and nothing else. */
export function exportedPage(
  files: ReadonlyMap<string, AppFile>,
  runs: ExportedRuns,
  packs: readonly string[],
): string {
  const [script, style] = [scriptOf(files), styleOf(files)]
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policyOf(script, style)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light dark">',
    `<title>stepgym</title><style>${style}</style></head>`,
    '<body><div id="app"></div><noscript>This file needs JavaScript, which runs within it alone.</noscript>',
    `<script type="application/json" id="runs">${inScript(JSON.stringify(runs))}</script>`,
    ...packs.map((pack, at) => `<script type="text/plain" id="pack-${at}">${pack}</script>`),
    `<script type="module">${script}</script></body></html>`,
    '',
  ].join('\n')
}

const policyOf = (script: string, style: string): string =>
  [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    'img-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`

/** Text that ends no element and begins no comment, whatever it holds. */
const inScript = (json: string): string => json.replaceAll('<', '\\u003c')

const scriptOf = (files: ReadonlyMap<string, AppFile>): string =>
  only(files, '.js').replaceAll(/<(?=\/script|!--)/gi, '\\x3c')

const styleOf = (files: ReadonlyMap<string, AppFile>): string => only(files, '.css').replaceAll('</', '<\\/')

/** The one file of an ending that the build makes. */
function only(files: ReadonlyMap<string, AppFile>, ending: string): string {
  const [found, ...others] = [...files].filter(([path]) => path.endsWith(ending))
  if (found && others.length === 0) return found[1].body.toString('utf8').trim()
  throw new GymError('CONFIG_INVALID', `the pages of the viewer have no single ${ending} file: run npm run build`)
}
