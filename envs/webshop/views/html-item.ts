import { pythonRepr } from '../../../core/cpython/repr.ts'
import type { Product } from '../catalogue/product.ts'
import { isChosen, openProduct } from '../session/available.ts'
import { optionsMap, type ShopState } from '../session/state.ts'
import { type Choice, itemTargets } from '../session/targets.ts'
import { goalAt, type Shop } from '../shop.ts'
import { escapeHtml, type UrlArguments, urlFor } from './escape.ts'
import { optionsJson, toJson } from './fragments.ts'
import { pageHead, previousRow } from './html-frame.ts'
import { keywordsOf } from './html-results.ts'

export function itemPage(state: ShopState, shop: Shop): string {
  const product = openProduct(state, shop)
  const { choices } = itemTargets(product, shop.rules)
  const options = Object.keys(product.options).map((name) => optionRow(state, shop, name, choices))
  return `${pageHead(goalAt(shop, state.goal), state.session)}${previousRow(resultsArguments(state))}      <div class="row top-buffer">
        <div class="col-md-4 mb-4 mb-md-0">
          <div class="row top-buffer">
            <img id="product-image" src="${escapeHtml(product.mainImage)}" class="item-page-img">
          </div>
          ${options.join('')}
        </div>
        <div class="col-md-6">
          <h2>${escapeHtml(product.title)}</h2>
          <h4>Price: ${escapeHtml(product.priceLabel)}</h4>
          <h4>Rating: N.A.</h4>
          <div class="row top-buffer">
${SUB_PAGE_BUTTONS.map((button) => subPageButton(state, button)).join('')}            
          </div>
        </div>
        <div class="col-sm-2">
          <div class="row top-buffer">
            <form method="post" action="${urlFor({ session_id: state.session, asin: state.asin ?? '', options: optionsRepr(state) })}">
              <button type="submit" class="btn btn-lg purchase">Buy Now</button>
            </form>
          </div>
        </div>
      </div>
    </div>
  </body>
${scriptOf(state, product)}
</html>`
}

const resultsArguments = (state: ShopState) => ({
  session_id: state.session,
  keywords: keywordsOf(state),
  page: state.pageNumber,
})

/** Arguments of an item's pages; `sub_page` stands before the options. */
export const itemArguments = (
  state: ShopState,
  subPage: string | null,
  options = optionsRepr(state),
): UrlArguments => ({
  session_id: state.session,
  asin: state.asin ?? '',
  keywords: keywordsOf(state),
  page: state.pageNumber,
  ...(subPage === null ? {} : { sub_page: subPage }),
  options,
})

const optionsRepr = ({ options }: ShopState): string => pythonRepr(optionsMap(options))

function optionRow(state: ShopState, shop: Shop, name: string, choices: readonly Choice[]): string {
  const own = choices.filter((choice) => choice.name === name)
  const radios = own.map((choice, position) => radio(state, shop, choice, position))
  return `
            <div class="row top-buffer">
              <h4>${escapeHtml(name)}</h4>
              <div class="radio-toolbar">
                ${radios.join('')}
              </div>
            </div>
          `
}

function radio(state: ShopState, { rules }: Shop, { name, value, key }: Choice, position: number): string {
  const id = escapeHtml(`radio_${name}${position}`)
  const target = itemArguments(state, null, pythonRepr(new Map(optionsMap(state.options)).set(name, value)))
  const isChecked = rules.showChosenOptions && isChosen(state, { kind: 'option', name, value })
  return `
                  
                  
                  
                  <input type="radio" id="${id}" name="${escapeHtml(name)}" value="${escapeHtml(key)}" data-url="${urlFor(target)}"${isChecked ? ' checked' : ''}>
                  <label for="${id}">${escapeHtml(key)}</label>
                `
}

const SUB_PAGE_BUTTONS = [
  { name: 'description', text: 'Description' },
  { name: 'bulletpoints', text: 'Features' },
  { name: 'reviews', text: 'Reviews' },
] as const

const subPageButton = (state: ShopState, { name, text }: (typeof SUB_PAGE_BUTTONS)[number]): string =>
  `            <div class="col-sm-3" name="${name}">
              <form method="post" action="${urlFor(itemArguments(state, text))}">
                <button class="btn btn-primary" type="submit">${text}</button>
              </form>
            </div>
`

/** In a browser it checks the radio buttons and shows the chosen option's image. */
const scriptOf = (state: ShopState, { optionToImages }: Product): string => `  <script>
    $(document).ready(function() {
      $('input:radio').each(function() {
        //console.log($(this).val());
        let options = JSON.parse(\`${optionsJson(state)}\`);
        let optionValues = $.map(options, function(value, key) { return value });
        //console.log(optionValues);
        if (optionValues.includes($(this).val())) {
          $(this).prop('checked', true);

          let option_to_image = JSON.parse(\`${toJson(new Map(Object.entries(optionToImages)))}\`);
//          console.log($(this).val());
//          console.log(options);
//          console.log(option_to_image);
          let image_url = option_to_image[$(this).val()];

          //console.log(image_url);
          if (image_url) {
            $("#product-image").attr("src", image_url);
          }
        }
        
        // reload with updated options
        this.addEventListener("click", function() {
          window.location.href = this.dataset.url;
        });

      });
    });
  </script>`
