import { answerFrom, type Answer, type Stamp } from './answer.ts'
import { initialState, isOutdated, next, stamp, type Change, type FreshnessState } from './state.ts'
import { anyTag, header, isEnvelope, parseEvents, parseInterval, parseTags, type Envelope, type FreshnessEvent } from './wire.ts'

/** Something was invalidated, as this client learnt it. */
export interface Invalidation {
  /** Counts this client's invalidations. */
  readonly id: number
  /**
   * `mutation`: a mutation answer said so. `uncertain`: a mutation got no usable answer and may have happened.
   * `reset`: the server counts positions anew, so everything read before is outdated.
   */
  readonly cause: 'mutation' | 'uncertain' | 'reset'
  readonly events: readonly FreshnessEvent[]
  /** Tag hashes; `*` for any. */
  readonly tags: readonly string[]
  /** The position of the mutation's last record, if told. */
  readonly position?: number
  /** True if the server committed but could not append yet (`Freshness-Pending: true`): a read may still be old. */
  readonly pending: boolean
  /** True if positions began anew with this invalidation: it touches every answer. */
  readonly reset: boolean
}

/** What a mutation answered: the response, or its envelope, or the envelope with the response it came in. */
export type Applied = Response | Envelope

export type Fetch = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>

/**
 * Keeps the token and the marks of one tab, and knows which answers are outdated. Knows no framework and no cache.
 * One instance speaks to one keyspace: positions of two logs are not comparable.
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

  /** True if one of the answer's tags was invalidated after it was loaded. */
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
      const sent = this.begin()
      const response = await this.#fetch(input, init)
      this.#sent.set(response, sent)
      return response
    }
    const { token } = this
    const sent = stamp(this.#state, true)
    const response = await this.#fetch(input, token === undefined ? init : withToken(input, init, token))
    const answer = answerFrom(response.headers, sent)
    this.#answers.set(response, answer)
    // An error page or a proxy's answer tells nothing of positions worth believing.
    if (response.ok) this.#change({ type: 'answered', answer })
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
    return this.#invalidate({ cause: 'uncertain', events: [], tags: [anyTag], pending: false }, undefined, undefined)
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
    const position = parseInterval(headers.get(header.position))?.validAt
    const pending = headers.get(header.pending)?.toLowerCase() === 'true'
    if (tags.length === 0) {
      // Nothing invalidated (`Refresh()`, or an operation accepted for later). A token may have come all the same.
      if (token !== undefined) this.#state = next(this.#state, notice(position, [], token, sent))
      return undefined
    }
    return this.#invalidate(
      { cause: 'mutation', events, tags, pending, ...(position !== undefined && { position }) }, token, sent)
  }

  #invalidate(told: Omit<Invalidation, 'id' | 'reset'>, token: string | undefined, sent: Stamp | undefined): Invalidation {
    const { generation } = this.#state
    this.#state = next(this.#state, notice(told.position, told.tags, token, sent))
    const { sequence } = this.#state
    return this.#notify({ ...told, id: sequence, reset: this.#state.generation !== generation })
  }

  #change(change: Change): void {
    const { generation } = this.#state
    this.#state = next(this.#state, change)
    if (this.#state.generation === generation) return
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

function notice(position: number | undefined, tags: readonly string[], token: string | undefined, sent: Stamp | undefined): Change {
  return {
    type: 'invalidated',
    notice: {
      tags,
      ...(position !== undefined && { position }),
      ...(token !== undefined && { token }),
      ...(sent !== undefined && { sent }),
    },
  }
}

// `no-cache` asks the browser's HTTP cache to confirm with the server: a stored answer knows nothing of the token.
function withToken(input: RequestInfo | URL, init: RequestInit, token: string): RequestInit {
  const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined))
  headers.set(header.token, token)
  return { cache: 'no-cache', ...init, headers }
}
