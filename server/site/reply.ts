import { type SitePage, siteDocument } from '../../core/episode/site.ts'

/** An answer to a browser. */
export interface SiteReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * What a page may do: show its own style sheet and images, and post forms to its own server. It runs no script, loads
 * nothing from another host, and is shown in no frame.
 */
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/** With `no-referrer` browsers would post forms with the origin `null`. */
const OF_PAGES = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'same-origin',
}

/** A page of the site at `home`. */
export const pageReply = (status: number, page: SitePage, home: string): SiteReply => ({
  status,
  headers: OF_PAGES,
  body: siteDocument(page, { style: `${home}/style.css`, icon: `${home}/icon.svg` }),
})

/** Sends a browser on to a page after a form, so that to load that page again sends no form again. */
export const seeOther = (address: string): SiteReply => ({ status: 303, headers: { location: address }, body: '' })

/** A file that all pages load; it is kept for five minutes. */
export const fileReply = (type: string, body: string): SiteReply => ({
  status: 200,
  headers: {
    'content-type': `${type}; charset=utf-8`,
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    'cache-control': 'max-age=300',
  },
  body,
})

/** The reply with a cookie. */
export const withCookie = ({ headers, ...reply }: SiteReply, cookie: string): SiteReply => ({
  ...reply,
  headers: { ...headers, 'set-cookie': cookie },
})
