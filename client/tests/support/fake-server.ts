import type { FreshnessEvent } from '../../src/index.ts'

/** A request that waits for the test to answer it. */
export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly cache: RequestCache | undefined
  readonly body: string | undefined
  readonly aborted: () => boolean
  /** Answers with JSON and these headers. */
  answer(body: unknown, headers?: Record<string, string>, status?: number): void
  /** The connection breaks. */
  fail(): void
}

/** A `fetch` in which nothing is answered until the test says so: every race is a sequence of lines. */
export class FakeServer {
  readonly #waiting: Asked[] = []
  readonly #wanted: { url: string; found: (asked: Asked) => void }[] = []
  /** Method and address of every request so far. */
  readonly log: string[] = []

  readonly fetch = (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> =>
    new Promise((resolve, reject) => {
      const url = String(input)
      const method = init.method ?? 'GET'
      this.log.push(`${method} ${url}`)
      const abort = () => reject(new DOMException('aborted', 'AbortError'))
      if (init.signal?.aborted) return abort()
      init.signal?.addEventListener('abort', abort)
      const asked: Asked = {
        method,
        url,
        headers: new Headers(init.headers),
        cache: init.cache,
        body: init.body as string | undefined,
        aborted: () => init.signal?.aborted ?? false,
        answer: (body, headers = {}, status = 200) =>
          resolve(new Response(body === undefined ? null : JSON.stringify(body), { status, headers })),
        fail: () => reject(new TypeError('connection lost')),
      }
      const wanted = this.#wanted.findIndex((want) => want.url === url)
      if (wanted >= 0) this.#wanted.splice(wanted, 1)[0]!.found(asked)
      else this.#waiting.push(asked)
    })

  /** The next request for this address, as soon as it is there. */
  asked(url: string): Promise<Asked> {
    const index = this.#waiting.findIndex((asked) => asked.url === url)
    if (index >= 0) return Promise.resolve(this.#waiting.splice(index, 1)[0]!)
    return new Promise((found) => this.#wanted.push({ url, found }))
  }

  /** The next request for this address, if it is there. */
  waiting(url: string): Asked | undefined {
    const index = this.#waiting.findIndex((asked) => asked.url === url)
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0]
  }

  /** How often an address was asked for. */
  count(line: string): number {
    return this.log.filter((entry) => entry === line).length
  }
}

/** Headers of a read's answer. */
export function read(loadedAt: number, validAt: number, ...tags: string[]): Record<string, string> {
  return { 'Freshness-Epoch': 'E1', 'Freshness-Position': `${loadedAt}-${validAt}`, 'Freshness-Tags': tags.join(' ') }
}

/** Headers of a mutation's answer. */
export function wrote(position: number, ...tags: string[]): Record<string, string> {
  return { 'Freshness-Epoch': 'E1', 'Freshness-Position': `${position}-${position}`, 'Freshness-Tags': tags.join(' '), 'Freshness-Token': `t${position}` }
}

/** The same answer of another epoch; undefined for one that does not name any. */
export function of(epoch: string | undefined, { 'Freshness-Epoch': _, ...headers }: Record<string, string>): Record<string, string> {
  return epoch === undefined ? headers : { ...headers, 'Freshness-Epoch': epoch }
}

/** A mutation's body. */
export function envelope(data: unknown, ...events: FreshnessEvent[]) {
  return { data, status: 'completed' as const, freshness_events: events, freshness_token: 'from-body' }
}
