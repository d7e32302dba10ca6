/**
 * Where our shop may depart from WebShop's behaviour. Each rule fixes one defect; with all of them off the shop is
 * WebShop, bug for bug.
 */
export interface ShopRules {
  /** WebShop lists and ignores a click on the search button, and a click on an option that is already chosen. */
  readonly noOpClicksAreInvalid: boolean
  /** WebShop runs a search on every page, also where no search bar is. */
  readonly searchOnlyWhereThereIsABar: boolean
  /** In WebShop's text a chosen option leaves no trace, so that states before and after the choice look the same. */
  readonly showChosenOptions: boolean
  /** WebShop continues after a purchase: a second one is rewarded again. */
  readonly purchaseEndsEpisode: boolean
  /** WebShop offers the next page of results without end, and has a page 0. */
  readonly stopAtLastPage: boolean
  /**
   * WebShop derives the page from the address, so that after a query such as `item_page`, `< Prev` leads to a wrong page, and from a
   * link's text what it opens, so that a product whose ASIN has lower-case letters cannot be opened.
   */
  readonly knowPageFromState: boolean
  /** WebShop takes `<r>`, `<a>`, `<c>`, `<q>` in a query as commands: a random sample, a crash, or whole categories. */
  readonly specialKeywordsAreWords: boolean
  /** In WebShop an option value with the name of a button or another option cannot be chosen. */
  readonly nameClashingOptions: boolean
  /** WebShop splits at the last `[`, so that an option or query with brackets in it cannot be said. */
  readonly bracketsMayBeSaid: boolean
  /** WebShop says nothing about an action that did nothing. */
  readonly showProblems: boolean
}

export const REFERENCE_RULES: ShopRules = {
  noOpClicksAreInvalid: false,
  searchOnlyWhereThereIsABar: false,
  showChosenOptions: false,
  purchaseEndsEpisode: false,
  stopAtLastPage: false,
  knowPageFromState: false,
  specialKeywordsAreWords: false,
  nameClashingOptions: false,
  bracketsMayBeSaid: false,
  showProblems: false,
}

export const DEFAULT_RULES: ShopRules = {
  noOpClicksAreInvalid: true,
  searchOnlyWhereThereIsABar: true,
  showChosenOptions: true,
  purchaseEndsEpisode: true,
  stopAtLastPage: true,
  knowPageFromState: true,
  specialKeywordsAreWords: true,
  nameClashingOptions: true,
  bracketsMayBeSaid: true,
  showProblems: true,
}
