// Bundlers put the value in place, and leave out what is for development alone; a browser without one has no `process`.
declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** The family of all errors this package throws. */
export class FreshetError extends Error {
  override readonly name: string = 'FreshetError'
}

/** A problem as RFC 9457 describes it, as far as the answer told one. */
export interface ProblemDetails {
  readonly title?: string
  readonly detail?: string
  readonly type?: string
}

/** An answer outside 200 to 299. It carries what a page needs to tell its reader; the message is for the developer. */
export class FreshetHttpError extends FreshetError {
  override readonly name = 'FreshetHttpError'
  declare readonly status: number
  declare readonly headers: Headers
  /** The parsed body if it was JSON, else its text. A 412 carries the current state of the resource here. */
  declare readonly body: unknown
  declare readonly problem: ProblemDetails

  /** @param request What was asked, without query string: it may hold personal data. */
  constructor(request: string, { status, headers }: Response, body: unknown) {
    const title = (body as ProblemDetails | null)?.title
    const hint = typeof process !== 'undefined' && process.env.NODE_ENV !== 'production' ? " See 'problem' and 'body'; nothing was cached." : ''
    super(`${request} answered ${status}${title ? ` (${title})` : ''}.${hint}`)
    Object.assign(this, { status, headers, body, problem: title ? body : {} })
  }
}
