import type { Product } from '../catalogue/product.ts'
import { openProduct } from '../session/available.ts'
import type { ShopState, SubPage } from '../session/state.ts'
import { goalAt, type Shop } from '../shop.ts'
import { escapeHtml } from './escape.ts'
import { END, pageHead, previousRow } from './html-frame.ts'
import { itemArguments } from './html-item.ts'

export function subPage(state: ShopState, shop: Shop): string {
  const body = state.subPage === null ? '' : BODIES[state.subPage](openProduct(state, shop))
  const head = pageHead(goalAt(shop, state.goal), state.session)
  return head + previousRow(itemArguments(state, null)) + inCard(body)
}

const inCard = (card: string): string => `      <div class="row top-buffer">
        <div class="col-md-12">
          <div class="row top-buffer">
${card}
          </div>
        </div>
      </div>
    </div>${END}`

const BODIES: Readonly<Record<SubPage, (product: Product) => string>> = {
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
  Attributes: (product) => `            <div class="col-sm-6" name="description">
              <div class="card card-body">
                <ul>
                  ${product.attributes.map(attributeRow).join('')}
                </ul>
              </div>
            </div>
            <div class="col-sm-6" name="description">
${FACTS.map((fact) => factRow(fact, product)).join('')}            </div>`,
}

const bulletRow = (bullet: string): string => `
                  <li><p class="product-info"> ${escapeHtml(bullet)}</p></li>
                  `

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
