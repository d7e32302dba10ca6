import type { Product } from '../catalogue/product.ts'
import { hasNextPage, hasPreviousPage } from '../session/available.ts'
import type { ShopState } from '../session/state.ts'
import { goalAt, type Shop } from '../shop.ts'
import { escapeHtml, type UrlArguments, urlFor } from './escape.ts'
import { END, pageHead } from './html-frame.ts'

export const keywordsOf = ({ query }: ShopState): readonly string[] => (query ?? '').split(' ')

export const resultsPage = (
  state: ShopState,
  shop: Shop,
): string => `${pageHead(goalAt(shop, state.goal), state.session)}      <div class="row top-buffer">
        <div class="col-sm-8">
          <div class="display-4">
            <h3>Page ${state.pageNumber} (Total results: ${state.total})</h3>
          </div>
          
            <div class="col-sm-2">
${hasPreviousPage(state) ? pageForm(state, state.pageNumber - 1, '&lt; Prev') : ''}            </div>
            <div class="col-sm-2">
${hasNextPage(state, shop.rules) ? pageForm(state, state.pageNumber + 1, 'Next &gt;') : ''}            </div>
          
        </div>
      </div>

      <div class="row top-buffer">
        ${state.hits.map((ordinal) => resultRow(state, shop.catalogue.at(ordinal))).join('')}
      </div>
    </div>${END}`

const pageForm = (state: ShopState, page: number, text: string): string =>
  `              <form method="post" action="${urlFor({ session_id: state.session, keywords: keywordsOf(state), page })}">
                <button type="submit" class="btn btn-primary">${text}</button>
              </form>
`

const linkTo = (state: ShopState, { asin }: Product): UrlArguments => ({
  session_id: state.session,
  asin,
  keywords: keywordsOf(state),
  page: state.pageNumber,
  options: '{}',
})

const resultRow = (state: ShopState, product: Product): string => `
        <div class="col-lg-12 mx-auto list-group-item">
          <div class="col-lg-4">
            <img src="${escapeHtml(product.mainImage)}" class="result-img">
          </div>
          <div class="col-lg-8">
            <ul class="list-group shadow">
                <div class="media align-items-lg-center flex-column flex-lg-row p-3">
                  <div class="media-body order-2 order-lg-1 searched-product">
                    
                    <h4 class="mt-0 font-weight-bold mb-2 product-asin"><a class="product-link" href="${urlFor(linkTo(state, product))}">${escapeHtml(product.asin)}</a></h5>
                    <h4 class="mt-0 font-weight-bold mb-2 product-title">${escapeHtml(product.title)}</h5>
                    <div class="d-flex align-items-center justify-content-between mt-1">
                      <h5 class="font-weight-bold my-2 product-price">${escapeHtml(product.priceLabel)}</h6>
                    </div>
<!--
                    <div class="d-flex align-items-center justify-content-between mt-1">
                      <h5 class="font-weight-bold my-2 product-category">${escapeHtml(product.category)}</h5>
                    </div>
                    <div class="d-flex align-items-center justify-content-between mt-1">
                      <h5 class="font-weight-bold my-2 product-query">${escapeHtml(product.query)}</h5>
                    </div>
                    <div class="d-flex align-items-center justify-content-between mt-1">
                      <h5 class="font-weight-bold my-2 product-product_category">${escapeHtml(product.productCategory)}</h5>
                    </div>
-->
                  </div>
                </div>
            </ul>
          </div>
        </div>
        `
