import { type Markup, markup } from '../data/markup.ts'
import type { Ending, Json } from '../data/types.ts'

/** What a page of a site shows beside the state: where its form goes, and how far the episode is. */
export interface SiteFrame {
  /** Address that the page's form posts to. */
  readonly action: string
  /** Hidden fields of the form, by name; they are for the server. */
  readonly fields: Readonly<Record<string, string>>
  /** Address of the page on which episodes begin and end. */
  readonly home: string
  /** Steps taken so far; null where pages do not show it, so that those of equal states are equal. */
  readonly step: number | null
  /** Steps after which the episode is truncated. */
  readonly maxSteps: number
  /** Null while steps can be taken. */
  readonly ending: Ending | null
  /** Measures of the final state, for trainers; null before the end, and for anyone else. */
  readonly grades: Readonly<Record<string, number | null>> | null
}

/** What a page may read beside state and frame. */
export interface SiteContext<Resources = unknown> {
  readonly resources: Resources
}

/** A page: its title as plain text, and what is inside its body. It has no script, no style and no address of another host. */
export interface SitePage {
  readonly title: string
  readonly body: Markup
}

/**
 * An environment as a web site, which a person plays in a browser. A page is a pure function of the state: a
 * server shows it as a document, and a browser that is driven shows it by replacing what is inside the body of an open page.
 */
export interface Site<State = object, Resources = unknown> {
  /** Name of the site. */
  readonly title: string
  /** What to do there, in a sentence or two. */
  readonly summary: string
  /** Style sheet of all pages; elements without a class are styled as well. It loads nothing. */
  readonly style: string
  /** SVG image that a browser shows beside the title. */
  readonly icon: string
  /** The page of a state. It reads the state and immutable resources, and shows nothing that an agent may not know. */
  page(state: State, frame: SiteFrame, context: SiteContext<Resources>): SitePage
  /**
   * The action that a submitted form means.
   * @param fields of the form, by name: anything may be in them
   * @returns null where the page of this state has no such form; then no step is taken
   */
  action(state: State, fields: Readonly<Record<string, string>>, context: SiteContext<Resources>): Json | null
}

/** Addresses of what every page of a site loads. */
export interface SiteFiles {
  readonly style: string
  readonly icon: string
}

/** The whole document of a page. */
export const siteDocument = ({ title, body }: SitePage, { style, icon }: SiteFiles): string =>
  `<!DOCTYPE html>\n${markup`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" type="image/svg+xml" href="${icon}">
<link rel="stylesheet" href="${style}">
</head>
<body>
${body}
</body>
</html>
`}`
