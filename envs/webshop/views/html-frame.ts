import type { Goal } from '../goals/goal.ts'
import { escapeHtml, type UrlArguments, urlFor } from './escape.ts'

const HEAD = `<!DOCTYPE html>
<html>
  <head>
    <link rel="stylesheet" href="/static/style.css">
    <link rel="stylesheet" href="https://maxcdn.bootstrapcdn.com/bootstrap/3.4.1/css/bootstrap.min.css">
    <link rel="stylesheet" href="https://cdnjs.cloudflare.com/ajax/libs/font-awesome/4.0.3/css/font-awesome.css	">
    <script src="https://ajax.googleapis.com/ajax/libs/jquery/3.5.1/jquery.min.js"></script>
    <script src="https://stackpath.bootstrapcdn.com/bootstrap/4.3.1/js/bootstrap.bundle.min.js"></script>
    <link rel="icon" href="data:,">
  </head>
  <body>
    <div class="container py-5">
`
/** Head of the two pages that stand in a narrow column: the search page and the one after a purchase. */
export const NARROW_HEAD = `<!DOCTYPE html>
<html>
  <head>
    <link rel="stylesheet" href="/static/style.css">
    <link rel="stylesheet" href="https://cdnjs.cloudflare.com/ajax/libs/font-awesome/4.7.0/css/font-awesome.min.css">
    <link rel="stylesheet" href="https://maxcdn.bootstrapcdn.com/bootstrap/3.4.1/css/bootstrap.min.css">
    <link rel="icon" href="data:,">
  </head>
  <body>
    <!-- Code reference: https://bootsnipp.com/snippets/m13mN -->
    <div class="container" style="margin-top: 8%;">
      <div class="col-md-6 col-md-offset-3">     
        <div class="row">
`
export const END = `
  </body>
</html>`

/** Opens a page of the shop: instruction and the way back to the search page. */
export const pageHead = (
  { instructionText }: Goal,
  session: string,
): string => `${HEAD}      <div class="row top-buffer">
        <div class="col-sm-6">
          <div id="instruction-text" class="text-center">
            <h4>Instruction:<br>${escapeHtml(instructionText)}</h4>
          </div>
        </div>
      </div>
      <div class="row top-buffer">
        <form method="post" action="${urlFor({ session_id: session })}">
          <button type="submit" class="btn btn-success">Back to Search</button>
        </form>
      </div>
`

/** The button that leads back, on the pages of an item. */
export const previousRow = (target: UrlArguments): string => `      <div class="row top-buffer">
        <form method="post" action="${urlFor(target)}">
          <button type="submit" class="btn btn-primary">&lt; Prev</button>
        </form>
      </div>
`
