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
  readonly status: number
  readonly headers: Headers
  /** The parsed body if it was JSON, else its text. A 412 carries the current state of the resource here. */
  readonly body: unknown
  readonly problem: ProblemDetails

  /** @param request What was asked, without query string: it may hold personal data. */
  constructor(request: string, response: Response, body: unknown) {
    const problem = isProblem(body) ? body : {}
    super(
      `${request} answered ${response.status}${problem.title ? ` (${problem.title})` : ''}. ` +
        `See 'problem' and 'body' of this error; nothing was cached.`,
    )
    this.status = response.status
    this.headers = response.headers
    this.body = body
    this.problem = problem
  }
}

function isProblem(body: unknown): body is ProblemDetails {
  return typeof body === 'object' && body !== null && typeof (body as ProblemDetails).title === 'string'
}
