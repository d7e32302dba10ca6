import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { GymError } from '../../core/data/errors.ts'
import { markup } from '../../core/data/markup.ts'

const STYLE =
  ':root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:15vh auto;padding:0 1em}'

/** It runs no script, loads nothing, and has the one style that stands in it. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Headers of a page that says what is wrong. */
export const ERROR_PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
}

/** Whether a person looks at an address in a browser: what fails is then said on a page. */
export const isForPerson = ({ method = 'GET', headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean =>
  ['GET', 'HEAD'].includes(method) && /\btext\/html\b/.test(headers.accept ?? '')

/** A page that says what is wrong, with a way back. */
export const errorPage = ({ code, message }: Pick<GymError, 'code' | 'message'>): string =>
  `<!doctype html>\n${markup`<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>stepgym: ${code}</title><style>${STYLE}</style></head>
<body><main><h1>That did not work</h1><p role="alert">${message}</p><p><small>${code}</small></p><p><a href="/">Go to the start</a></p></main></body>
</html>`}\n`
