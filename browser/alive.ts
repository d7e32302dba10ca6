/** Keeps this process alive while something is asked of a browser, which by itself does not. */
export class Alive {
  #holders = 0
  #timer: NodeJS.Timeout | undefined

  hold(): void {
    this.#holders++
    this.#timer ??= setInterval(() => {}, 2 ** 30)
  }

  /** Once for each `hold`. */
  release(): void {
    if (--this.#holders > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
