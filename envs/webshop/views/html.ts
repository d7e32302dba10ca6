import { pythonFloat } from '../../../core/cpython/repr.ts'
import type { ShopState } from '../session/state.ts'
import { goalAt, type Shop } from '../shop.ts'
import { escapeHtml, urlFor } from './escape.ts'
import { optionsJson } from './fragments.ts'
import { END, NARROW_HEAD } from './html-frame.ts'
import { itemPage } from './html-item.ts'
import { resultsPage } from './html-results.ts'
import { subPage } from './html-sub.ts'

/**
 * WebShop's `html` observation, to the character. Where the rules show what was chosen or why an action did nothing,
 * radio buttons are `checked` and a last line of the body says it.
 */
export function htmlView(state: ShopState, shop: Shop): string {
  const page = pageOf(state, shop)
  if (state.problem === null) return page
  const problem = `  <p id="problem">Nothing happened: ${escapeHtml(state.problem)}.</p>\n  </body>`
  const end = page.lastIndexOf('  </body>')
  return page.slice(0, end) + problem + page.slice(end + '  </body>'.length)
}

function pageOf(state: ShopState, shop: Shop): string {
  switch (state.page) {
    case 'search':
      return searchPage(state.session, goalAt(shop, state.goal).instructionText)
    case 'results':
      return resultsPage(state, shop)
    case 'item':
      return itemPage(state, shop)
    case 'sub':
      return subPage(state, shop)
    case 'done':
      return donePage(state)
  }
}

const searchPage = (
  session: string,
  instruction: string,
): string => `${NARROW_HEAD}          <div id="logo" class="text-center">
            <h2>WebShop</h2>
          </div>
          <div id="instruction-text" class="text-center">
            <h4>Instruction: <br>${escapeHtml(instruction)}</h4>
          </div>
          <form role="form" id="form-buscar" method="post" action="${urlFor({ session_id: session })}">
            <div class="form-group">
              <div class="input-group">
                <input id="search_input" class="form-control" type="text" name="search_query" placeholder="Search..." required/>
                <span class="input-group-btn">
                  <button class="btn btn-success" type="submit"><i class="glyphicon glyphicon-search" aria-hidden="true"></i>Search</button>
                </span>
              </div>
            </div>
          </form>
        </div>            
      </div>
    </div>${END}`

const donePage = (state: ShopState): string => `${NARROW_HEAD}          <div id="thankyou" class="text-center">
            <h1>Thank you for shopping with us!</h1>
          </div>
          <div id="stats" class="text-center">
            <h3 align="mturk_code">Your code: </h3>
            <p><pre>None</pre> (Paste it in your MTurk interface.)</p>
            <div style="display:none">
              <h2 align="left">Purchased</h2>
              <hr class="solid">
              <h4 id="asin">asin<pre>${escapeHtml(state.asin ?? '')}</pre></p>
              <h4 id="options">options<pre>${optionsJson(state)}</pre></h4>
              <h4 id="purchased_attrs">attrs<pre>None</pre></h4>
              <h4 id="purchased-category">category<pre>None</pre></h4>
              <h4 id="purchased-query">query<pre>None</pre></h4>
              <h4 id="purchased-pc">product category<pre>None</pre></h4>
              <h2 align="left">Target</h2>
              <hr class="solid">
              <h4 id="goal-asin">asin<pre></pre></p>
              <h4 id="goal-options">options<pre></pre></h4>
              <h4 id="goal-attrs">attrs<pre></pre></h4>
              <h4 id="goal-price">price upper<pre></pre></h4>
              <h4 id="goal-instruction-text">instuction text<pre></pre></h4>
              <h4 id="goal-category">category<pre></pre></h4>
              <h4 id="goal-pc">product category<pre></pre></h4>
              <h4 id="goal-query">query<pre></pre></h4>
              <h4>Goal <div id="goal"><pre>None</pre></div></h4>
              <h2 align="left">Reward</h2>
            </div>
            <hr class="solid">
      			<h3   id="reward">Your score (min 0.0, max 1.0)<pre>${pythonFloat(state.reward ?? 0)}</pre></h3>
            <h4 hidden>Reward Details <div id="reward_info"><pre>None</pre></div></h4>
          </div>
        </div>            
      </div>
    </div>${END}`
