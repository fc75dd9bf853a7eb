/** Something went wrong that no promise of the page's own tells of. Nothing is lost by it; what it costs, the code says. */
export interface Problem {
  /**
   * `stream-lost`: the connection broke and is taken up again. `stream-refused`: the server answered with another status than 200;
   * 401 and 403 are not tried again before the page is looked at. `stream-silent`: nothing came in time, so something on the way
   * buffers, or the connection is dead. `malformed-frame`: everything is read again. `unknown-frame`, `unknown-event`: ignored.
   * `manifest`: the server has other declarations than the generated file. `token-rejected`: the read was sent again without.
   * `incoherent`: a screen's high queries did not come to agree in time, and are shown all the same. `optimistic-refused`: a high
   * query is not shown before the server answered. `policy`: a looser wish was not taken.
   */
  readonly code: 'stream-lost' | 'stream-refused' | 'stream-silent' | 'malformed-frame' | 'unknown-frame' | 'unknown-event'
    | 'manifest' | 'token-rejected' | 'incoherent' | 'optimistic-refused' | 'policy'
  readonly detail?: string | number | undefined
}

export type OnProblem = (code: Problem['code'], detail?: string | number) => void
