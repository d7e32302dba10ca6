import type { Product } from '../catalogue/product.ts'
import { openProduct } from '../session/available.ts'
import type { ShopState, SubPage } from '../session/state.ts'
import { goalAt, type Shop } from '../shop.ts'
import { escapeHtml } from './escape.ts'
import { keywordsRepr } from './fragments.ts'
import { attributesHead, END, pageHead, previousRow } from './html-frame.ts'
import { itemArguments } from './html-item.ts'

export function subPage(state: ShopState, shop: Shop): string {
  const product = openProduct(state, shop)
  const goal = goalAt(shop, state.goal)
  if (state.subPage === 'Attributes') return attributesPage(state, product, goal.instructionText)
  const body = state.subPage === null ? '' : BODIES[state.subPage](product)
  return pageHead(goal, state.session) + previousRow(itemArguments(state, null)) + inCard(body)
}

const inCard = (card: string): string => `      <div class="row top-buffer">
        <div class="col-md-12">
          <div class="row top-buffer">
${card}
          </div>
        </div>
      </div>
    </div>${END}`

const BODIES: Readonly<Record<Exclude<SubPage, 'Attributes'>, (product: Product) => string>> = {
  Description: ({ description }) => `            <div class="col-sm-6" name="description">
              <div class="card card-body">
                <p class="product-info">${escapeHtml(description)}</p>
              </div>
            </div>`,
  Features: ({ bulletPoints }) => `            <div class="col-sm-6" name="bulletpoints">
              <div class="card card-body">
                <ul>
                  ${bulletPoints.map(bulletRow).join('')}
                </ul>
              </div>
            </div>`,
  Reviews: () => `            <div class="col-sm-6" name="reviews">
              <div class="card card-body">
                
              </div>
            </div>`,
}

const bulletRow = (bullet: string): string => `
                  <li><p class="product-info"> ${escapeHtml(bullet)}</p></li>
                  `

function attributesPage(state: ShopState, product: Product, instruction: string): string {
  const search = { session_id: state.session }
  const card = `            <div class="col-sm-6" name="description">
              <div class="card card-body">
                <ul>
                  ${product.attributes.map(attributeRow).join('')}
                </ul>
              </div>
            </div>
            <div class="col-sm-6" name="description">
${FACTS.map((fact) => factRow(fact, product)).join('')}            </div>`
  return attributesHead(instruction, keywordsRepr(state), search, itemArguments(state, null)) + inCard(card)
}

const attributeRow = (attribute: string): string => `
                  <li><p class="attribute"> ${escapeHtml(attribute)}</p></li>
                  `

const FACTS = [
  { name: 'category', read: (product: Product) => product.category },
  { name: 'query', read: (product: Product) => product.query },
  { name: 'product_category', read: (product: Product) => product.productCategory },
]

const factRow = ({ name, read }: (typeof FACTS)[number], product: Product): string =>
  `              <div class="d-flex align-items-center justify-content-between mt-1">
                <h5 class="font-weight-bold my-2 product-${name}">${escapeHtml(read(product))}</h5>
              </div>
`
