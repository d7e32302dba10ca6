import type { GymError } from '../../core/data/errors.ts'
import { type Markup, type MarkupPart, markup } from '../../core/data/markup.ts'
import type { SitePage } from '../../core/episode/site.ts'
import type { ServedEpisode } from '../hosting/served-episode.ts'

/** Name of the hidden field that shows that a form is from here. */
export const FORM_MARK = 'form'

/** What the pages of the server need to know of the site that they are added to. */
export interface SiteFacts {
  readonly title: string
  readonly summary: string
  /** `/NAME`, where the site begins. */
  readonly home: string
  readonly mark: string
}

/** A split that a visitor may play. */
export interface OpenSplit {
  readonly name: string
  readonly size: number
}

const page = (title: string, site: SiteFacts, ...parts: readonly MarkupPart[]): SitePage => ({
  title: `${title} – ${site.title}`,
  body: markup`<header><a class="brand" href="${site.home}">${site.title}</a></header>
<main>
<h1>${title}</h1>
${parts}
</main>`,
})

const form = (
  { home, mark }: SiteFacts,
  action: string,
  ...parts: readonly MarkupPart[]
): Markup => markup`<form method="post" action="${home}/${action}">
<input type="hidden" name="${FORM_MARK}" value="${mark}">
${parts}
</form>`

/** The page on which visits begin and end. @param served the visitor's last episode */
export function homePage(site: SiteFacts, splits: readonly OpenSplit[], served: ServedEpisode | null): SitePage {
  return page(
    `Play ${site.title}`,
    site,
    markup`<p>${site.summary}</p>`,
    served !== null && !served.hasEnded && openVisit(site, served),
    form(site, 'visits', markup`<p><button type="submit" class="main">Begin a visit</button></p>`),
    chosenTask(site, splits),
    markup`<p class="second">Your visit is an episode like an agent's: it is recorded where this server records, under the name <i>human</i>.</p>`,
  )
}

const openVisit = (site: SiteFacts, served: ServedEpisode): Markup => markup`<section aria-label="Open visit">
<p class="notice">A visit is open: ${served.runner.episode.index} steps were taken. Another one ends it.</p>
<p><a class="main" href="${addressOf(site, served)}">Continue it</a></p>
${form(site, 'leave', markup`<p><button type="submit">End it</button></p>`)}
</section>`

const chosenTask = (site: SiteFacts, splits: readonly OpenSplit[]): Markup => markup`<details>
<summary>Choose the task</summary>
${form(
  site,
  'visits',
  markup`<p><label for="split">Split</label> <select id="split" name="split">${splits.map(
    ({ name, size }) => markup`<option value="${name}">${name} (${size} tasks)</option>`,
  )}</select></p>
<p><label for="index">Task, from 0</label> <input id="index" name="index" type="text" inputmode="numeric" pattern="[0-9]{1,15}" value="0" required></p>
<p><button type="submit">Begin a visit with this task</button></p>`,
)}
</details>`

/** Address of the page that an episode is on. */
export const addressOf = ({ home }: Pick<SiteFacts, 'home'>, { id, runner }: ServedEpisode): string =>
  `${home}/visits/${encodeURIComponent(id)}/${runner.episode.index}`

export const signInPage = (site: SiteFacts): SitePage =>
  page(
    'Sign in',
    site,
    markup`<p>This server has tokens. One for the role agent or trainer lets you play.</p>`,
    form(
      site,
      'sign-in',
      markup`<p><label for="token">Token</label> <input id="token" name="token" type="password" required autocomplete="off"></p>
<p><button type="submit" class="main">Sign in</button></p>`,
    ),
  )

/** A page whose state has moved on: by the back button, or in another tab. */
export const stalePage = (site: SiteFacts, served: ServedEpisode | null, step: number): SitePage =>
  page(
    'This page is out of date',
    site,
    served === null
      ? markup`<p>Its visit has ended, or is not yours. Nothing was done.</p><p><a class="main" href="${site.home}">Go to the start</a></p>`
      : markup`<p>It shows the visit after step ${step}, and now it is after step ${served.runner.episode.index}: steps cannot be undone. Nothing was done.</p>
<p><a class="main" href="${addressOf(site, served)}">Go to where the visit is</a></p>`,
  )

export const errorPage = (site: SiteFacts, { code, message }: GymError): SitePage =>
  page(
    'That did not work',
    site,
    markup`<p role="alert">${message}</p>
<p class="second">${code}</p>
<p><a class="main" href="${site.home}">Go to the start</a></p>`,
  )
