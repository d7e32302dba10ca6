import { pythonFloat } from '../../../core/cpython/repr.ts'
import { type Markup, markup } from '../../../core/data/markup.ts'
import type { SiteFrame } from '../../../core/episode/site.ts'
import { openProduct } from '../session/available.ts'
import type { ShopState } from '../session/state.ts'
import type { Shop } from '../shop.ts'
import { drawingOf } from './drawing/index.ts'
import type { Content } from './frame.ts'
import { chosenLine, foreign } from './parts.ts'

export function donePage(state: ShopState, shop: Shop, { grades, home }: SiteFrame): Content {
  const product = openProduct(state, shop)
  const reward = state.reward ?? 0
  return {
    title: 'Bought',
    main: markup`<div class="item">
<div class="picture">${drawingOf(product, state.options)}</div>
<div>
<h1>Thank you for shopping with us!</h1>
<p class="label">Your score, from 0 to 1</p>
<p class="score"><data id="score" value="${pythonFloat(reward)}">${reward === 1 ? '1' : reward.toFixed(2)}</data></p>
<p class="label">You bought</p>
<p>${foreign(product.title)}</p>
<p class="second">${foreign(product.asin)}</p>
${chosenLine(state.options)}
${grades !== null && partsOf(grades)}
<p><a class="main" href="${home}">Begin another visit</a></p>
</div>
</div>`,
  }
}

type Grades = NonNullable<SiteFrame['grades']>

const PARTS = [
  ['type', 'Kind of product'],
  ['attributes', 'Attributes'],
  ['options', 'Options'],
  ['price', 'Price'],
] as const

/** What the score is made of; a part that was not asked for is left out. */
function partsOf(grades: Grades): Markup {
  const asked = PARTS.flatMap(([name, label]) => {
    const value = grades[name] ?? null
    return value === null ? [] : [markup`<tr><th scope="row">${label}</th><td>${Math.round(100 * value)} %</td></tr>`]
  })
  return markup`<table><caption>What the score is made of</caption>${asked}</table>`
}
