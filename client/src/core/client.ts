import { answerFrom, type Answer, type Stamp } from './answer.ts'
import { initialState, isKnown, isOutdated, next, stamp, type Change, type FreshnessState, type Notice } from './state.ts'
import { anyTag, header, isEnvelope, parseEvents, parseInterval, parseTags, type Envelope, type FreshnessEvent } from './wire.ts'

/** Something was invalidated, as this client learnt it. */
export interface Invalidation {
  /** Counts this client's invalidations. */
  readonly id: number
  /**
   * `mutation`: a mutation answer said so. `uncertain`: a mutation got no usable answer and may have happened.
   * `reset`: the server's epoch is another one, so everything read before is outdated.
   */
  readonly cause: 'mutation' | 'uncertain' | 'reset'
  readonly events: readonly FreshnessEvent[]
  /** Tag hashes of the known epoch; `*` for any. */
  readonly tags: readonly string[]
  /** The position of the mutation's last record in the known epoch, if told. */
  readonly position?: number
  /** True if the server committed but could not append yet (`Freshness-Pending: true`): a read may still be old. */
  readonly pending: boolean
  /** True if another epoch was adopted with this invalidation: it touches every answer read before. */
  readonly reset: boolean
}

/** What a mutation answered: the response, or its envelope, or the envelope with the response it came in. */
export type Applied = Response | Envelope

export type Fetch = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>

/**
 * Keeps the token and the marks of one tab, and knows which answers are outdated. Knows no framework and no cache.
 * One instance speaks to one keyspace: of two logs, each would look like the other one's next epoch.
 */
export class FreshnessClient {
  readonly #fetch: Fetch
  readonly #listeners = new Set<(invalidation: Invalidation) => void>()
  readonly #answers = new WeakMap<Response, Answer>()
  readonly #sent = new WeakMap<Response, Stamp>()
  #state: FreshnessState = initialState

  constructor(fetch: Fetch) {
    this.#fetch = fetch
  }

  /** The token the next read will carry, if one is kept. */
  get token(): string | undefined {
    return this.#state.token?.value
  }

  /** What the client knows now; to be taken before a request is sent. */
  begin(): Stamp {
    return stamp(this.#state, false)
  }

  /** True if one of the answer's tags was invalidated after it was loaded, or the server's epoch is another one now. */
  isOutdated(answer: Answer): boolean {
    return isOutdated(this.#state, answer)
  }

  /** What is remembered of a response to a read that {@link fetch} made. */
  answerOf(response: Response): Answer | undefined {
    return this.#answers.get(response)
  }

  /**
   * `fetch`, with the token on reads (GET and HEAD). A write is passed on unchanged, and its place in time noted;
   * its answer is to be given to {@link apply}. Use it for your own server only: the token is a header of its own.
   */
  async fetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
    const method = (init.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase()
    if (method !== 'GET' && method !== 'HEAD') {
      const sent = stamp(this.#state, true) // no cache answers a write
      const response = await this.#fetch(input, init)
      this.#sent.set(response, sent)
      return response
    }
    const { token } = this
    const confirmed = token !== undefined || this.#state.confirm
    const sent = stamp(this.#state, confirmed)
    const response = await this.#fetch(input, confirmed ? confirming(input, init, token) : init)
    const answer = answerFrom(response.headers, sent)
    this.#answers.set(response, answer)
    this.#change({ type: 'answered', answer })
    return response
  }

  /**
   * Applies a mutation's answer: keeps its token and marks what it invalidated. Give the response (headers only are
   * read, the body stays yours), or the parsed envelope, best together with its response: without the response's
   * headers nobody knows which tags the events reach, and everything is outdated.
   */
  apply(answer: Applied, response?: Response): Invalidation | undefined {
    const envelope = answer instanceof Response ? undefined : answer
    const carrier = answer instanceof Response ? answer : response
    return this.#apply(carrier?.headers ?? new Headers(), envelope, carrier && this.#sent.get(carrier))
  }

  /** Applies that a mutation may have happened: its answer was lost, or a server failed half-way. */
  applyUncertain(): Invalidation {
    return this.#invalidate({ cause: 'uncertain', events: [], pending: false }, { tags: [anyTag] })
  }

  /** Calls the listener after each invalidation is applied. Returns the way to stop. */
  subscribe(listener: (invalidation: Invalidation) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #apply(headers: Headers, envelope: Envelope | undefined, sent: Stamp | undefined): Invalidation | undefined {
    const body = isEnvelope(envelope) ? envelope : undefined
    const events = body?.freshness_events ?? parseEvents(headers.get(header.events)) ?? []
    const token = headers.get(header.token) ?? body?.freshness_token
    const tags = parseTags(headers.get(header.tags)) ?? (events.length > 0 ? [anyTag] : [])
    const epoch = headers.get(header.epoch) || undefined
    const position = parseInterval(headers.get(header.position))?.validAt
    const pending = headers.get(header.pending)?.toLowerCase() === 'true'
    const notice: Notice = {
      tags,
      ...(epoch !== undefined && { epoch }),
      ...(position !== undefined && { position }),
      ...(token !== undefined && { token }),
      ...(sent !== undefined && { sent }),
    }
    if (tags.length > 0) return this.#invalidate({ cause: 'mutation', events, pending }, notice)
    // Nothing invalidated (`Refresh()`, or an operation accepted for later). A token may have come all the same.
    if (token !== undefined) this.#change({ type: 'invalidated', notice })
    return undefined
  }

  #invalidate(told: Pick<Invalidation, 'cause' | 'events' | 'pending'>, notice: Notice): Invalidation {
    const { since } = this.#state
    this.#state = next(this.#state, { type: 'invalidated', notice })
    const { position, tags } = isKnown(this.#state, notice.epoch) ? notice : { tags: [anyTag] }
    return this.#notify({
      ...told, id: this.#state.sequence, tags, ...(position !== undefined && { position }), reset: this.#state.since !== since,
    })
  }

  #change(change: Change): void {
    const { since } = this.#state
    this.#state = next(this.#state, change)
    if (this.#state.since === since) return
    this.#notify({ id: this.#state.sequence, cause: 'reset', events: [], tags: [anyTag], pending: false, reset: true })
  }

  #notify(invalidation: Invalidation): Invalidation {
    for (const listener of [...this.#listeners]) {
      try {
        listener(invalidation)
      } catch (error) {
        // One broken listener must not hide the invalidation from the others, nor be hidden itself.
        queueMicrotask(() => { throw error })
      }
    }
    return invalidation
  }
}

// `no-cache` asks the browser's HTTP cache to confirm with the server: a stored answer knows nothing of the token, and may
// be of an epoch that is over.
function confirming(input: RequestInfo | URL, init: RequestInit, token: string | undefined): RequestInit {
  if (token === undefined) return { cache: 'no-cache', ...init }
  const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined))
  headers.set(header.token, token)
  return { cache: 'no-cache', ...init, headers }
}
