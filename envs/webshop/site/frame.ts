import { type Markup, markup } from '../../../core/data/markup.ts'
import type { SiteFrame, SitePage } from '../../../core/episode/site.ts'
import type { ShopState } from '../session/state.ts'
import { goalAt, type Shop } from '../shop.ts'

/** The middle of a page, and its title. */
export interface Content {
  readonly title: string
  readonly main: Markup
}

/** Drawing of a basket. */
export const LOGO = markup`<svg class="logo" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d="M3 9h18l-2.2 11H5.2z"/><path d="M8 9l3-6M16 9l-3-6"/></svg>`

/** A page of the shop around its content: what is asked for, the steps that are left, and one form for all buttons. */
export function framed({ title, main }: Content, state: ShopState, shop: Shop, frame: SiteFrame): SitePage {
  const body = markup`<a class="skip" href="#content">Skip to the page</a>
${header(frame)}
${goalOf(state, shop)}
<main id="content" tabindex="-1">
${notices(state, frame)}
${formOf(main, frame)}
</main>`
  return { title: `${title} – WebShop`, body }
}

const header = ({ home, step, maxSteps }: SiteFrame): Markup => markup`<header>
<a class="brand" href="${home}">${LOGO} WebShop</a>
${step !== null && stepsOf(step, maxSteps)}
</header>`

const stepsOf = (step: number, most: number): Markup =>
  markup`<p class="steps"><span id="steps">Step ${step} of ${most}</span> <progress aria-labelledby="steps" max="${most}" value="${step}"></progress></p>`

const goalOf = ({ goal }: ShopState, shop: Shop): Markup => markup`<section class="goal" aria-label="Instruction">
<p class="label">Instruction</p>
<p class="instruction">${goalAt(shop, goal).instructionText}</p>
</section>`

function notices({ page, problem }: ShopState, { ending, home }: SiteFrame): Markup {
  const refused = problem !== null && markup`<p class="notice" role="status">Nothing happened: ${problem}.</p>`
  if (ending === null || page === 'done') return markup`${refused}`
  const why = ending === 'truncated' ? 'Your steps or your time are used up' : 'The server ended this visit'
  return markup`${refused}<p class="notice" role="status">${why}: nothing was bought. <a href="${home}">Begin another visit</a></p>`
}

/** One form holds all buttons of a page; once the episode has ended, none can be pressed. */
const formOf = (
  main: Markup,
  { action, fields, ending }: SiteFrame,
): Markup => markup`<form method="post" action="${action}">
${Object.entries(fields).map(([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`)}
<fieldset class="page"${ending !== null && markup` disabled`}>
${main}
</fieldset>
</form>`
