import { answerFrom, type Answer, type Stamp } from './answer.ts'
import { forgetToken, initialState, isKnown, isOutdated, next, stamp, type Change, type FreshnessState, type Notice } from './state.ts'
import { parsePoint, type Frame } from './frames.ts'
import { positionOf } from './marks.ts'
import type { OnProblem } from './problem.ts'
import { tell } from './tell.ts'
import { anyTag, header, isEnvelope, parseEvents, parseInterval, parseTags, type Envelope, type FreshnessEvent, type Point } from './wire.ts'

/** Something was invalidated, as this client learnt it. */
export interface Invalidation {
  /** Counts this client's invalidations. */
  readonly id: number
  /**
   * `mutation`: a mutation answer said so. `uncertain`: a mutation got no usable answer and may have happened.
   * `stream`: the stream told of a record that no answer had told of. `reset`: everything read before may be outdated: the
   * server's epoch is another one, or the stream cannot tell what was missed.
   */
  readonly cause: 'mutation' | 'uncertain' | 'stream' | 'reset'
  /** True if the stream told it: many browsers hear the same at the same moment. */
  readonly heard?: boolean
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

/** A record as the stream tells it. */
export interface HeardRecord {
  readonly position: number
  readonly expire: readonly string[]
  readonly stale: readonly string[]
  readonly events: readonly FreshnessEvent[]
  /** Only where the server tells names (`TellsNames`). */
  readonly names?: { readonly call: string; readonly trigger: string; readonly at: string; readonly tags: readonly string[] }
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
  readonly #problem: OnProblem
  readonly #listeners = new Set<(invalidation: Invalidation) => void>()
  readonly #answers = new WeakMap<Response, Answer>()
  readonly #sent = new WeakMap<Response, Stamp>()
  #state: FreshnessState = initialState
  #at: Point | undefined
  #heardFrom = 0
  readonly #others = new Set<string>()
  /** Called when the stream is needed from an earlier place than it was, or for the first time. */
  onNeed: (from: Point) => void = () => {}
  /** Called for each record the stream tells, known already or not. */
  onRecord: (record: HeardRecord) => void = () => {}
  /** What the generated file was made from; undefined when there is none. */
  manifest: string | undefined

  constructor(fetch: Fetch, problem: OnProblem = () => {}) {
    this.#fetch = fetch
    this.#problem = problem
  }

  /** The place up to which the stream has told everything; undefined while nothing needs it. */
  get at(): Point | undefined {
    return this.#at
  }

  /**
   * Takes in a frame of the stream.
   * @param sent What was known when the stream was asked for.
   */
  receive({ event, id, data }: Frame, sent: Stamp): void {
    const at = parsePoint(id)
    let told: any
    try {
      told = JSON.parse(data || '{}')
    } catch {
      // Unknown is not fresh.
      this.#problem('malformed-frame', event)
      this.#invalidate({ cause: 'reset', events: [], pending: false, heard: true }, { tags: [anyTag] })
    }
    if (event === 'hello' && told) this.#hello(told, sent)
    if (!at || at.epoch !== this.#state.epoch) return
    if (this.#at?.epoch !== at.epoch) this.#heardFrom = at.position
    this.#at = at
    if (!told) return
    if (event === 'freshness') {
      const { expire = [], stale = [], events = [] } = told as Partial<HeardRecord>
      this.onRecord({ ...told, position: at.position, expire, stale, events })
      this.#hear('stream', at.position, [...expire, ...stale], events)
    } else if (event === 'reset') {
      this.#heardFrom = at.position
      this.#hear('reset', at.position, [anyTag], [])
    } else if (event && event !== 'hello') this.#problem('unknown-frame', event)
  }

  /** Takes over an answer that was read elsewhere, by the server that rendered the page. */
  adopt(answer: Answer): void {
    this.#change({ type: 'answered', answer })
    this.#need(answer)
  }

  #hello({ epoch, catalog }: { epoch?: string; catalog?: string }, sent: Stamp): void {
    const { since } = this.#state
    if (epoch) this.#change({ type: 'met', epoch, sent }, true)
    // Each once: in a deploy two of them may answer in turn.
    const other = this.manifest !== undefined && catalog !== undefined && catalog !== this.manifest && !this.#others.has(catalog)
    if (other) this.#problem('manifest', catalog)
    // Another epoch that could not be adopted: nobody knows which is older. What is read now will tell.
    const unknown = epoch !== this.#state.epoch && !this.#state.left.includes(epoch!)
    if ((other || unknown) && since === this.#state.since) {
      if (other) this.#others.add(catalog)
      this.#invalidate({ cause: 'reset', events: [], pending: false, heard: true }, { tags: [anyTag] })
    }
  }

  #hear(cause: 'stream' | 'reset', position: number, tags: readonly string[], events: readonly FreshnessEvent[]): void {
    const before = this.#state
    this.#state = next(before, { type: 'heard', position, tags })
    if (this.#state === before) return
    this.#notify({ id: this.#state.sequence, cause, events, tags, position, pending: false, reset: false, heard: true })
  }

  // An answer of a node that lags may be older than where the stream was taken up; what happened in between has to be told again.
  #need(answer: Answer): void {
    const { epoch, interval } = answer
    if (!interval || epoch === undefined || this.isOutdated(answer)) return
    if (this.#at?.epoch === epoch && interval.validAt >= this.#heardFrom) return
    this.#heardFrom = interval.validAt
    this.#at = { position: interval.validAt, epoch }
    this.onNeed(this.#at)
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

  /** True if something was invalidated since the answer was asked for: that it is outdated is not the server's fault. */
  hasMovedSince({ stamp: { sequence } }: Answer): boolean {
    return this.#state.sequence > sequence
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
    if (token !== undefined && (await isRejected(response))) {
      this.#problem('token-rejected')
      if (this.token === token) this.#state = forgetToken(this.#state)
      return this.fetch(input, init)
    }
    const answer = answerFrom(response.headers, sent)
    this.#answers.set(response, answer)
    this.#change({ type: 'answered', answer })
    this.#need(answer)
    return response
  }

  /**
   * Applies a mutation's answer: keeps its token and marks what it invalidated. Give the response (headers only are
   * read, the body stays yours), or the parsed envelope, best together with its response: without the response's
   * headers nobody knows which tags the events reach, and everything is outdated. Returns what it invalidated; undefined if
   * nothing, or nothing that the stream has not told.
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
    const epoch = headers.get(header.epoch) || undefined
    const position = parseInterval(headers.get(header.position))?.validAt
    const pending = headers.get(header.pending)?.toLowerCase() === 'true'
    // Of what is pending nobody has a position, and not all of its tags are told: any, and the stream tells the rest when it comes.
    const tags = pending ? [anyTag] : (parseTags(headers.get(header.tags)) ?? (events.length > 0 ? [anyTag] : []))
    const notice: Notice = {
      tags,
      ...(epoch !== undefined && { epoch }),
      ...(position !== undefined && !pending && { position }),
      ...(token !== undefined && !pending && { token }),
      ...(sent !== undefined && { sent }),
    }
    // The stream is often faster than the answer. What it told is followed already; then only the token is new.
    const told = position !== undefined && isKnown(this.#state, epoch) && tags.every((tag) => positionOf(this.#state.marks, tag) >= position)
    if (told) notice.tags = []
    else if (tags.length > 0) return this.#invalidate({ cause: 'mutation', events, pending }, notice)
    // Nothing invalidated (`Refresh()`, or an operation accepted for later). A token may have come all the same.
    if (token !== undefined) this.#change({ type: 'invalidated', notice })
    return undefined
  }

  #invalidate(told: Pick<Invalidation, 'cause' | 'events' | 'pending' | 'heard'>, notice: Notice): Invalidation {
    const { since } = this.#state
    this.#state = next(this.#state, { type: 'invalidated', notice })
    const { position, tags } = isKnown(this.#state, notice.epoch) ? notice : { tags: [anyTag] }
    return this.#notify({
      ...told, id: this.#state.sequence, tags, ...(position !== undefined && { position }), reset: this.#state.since !== since,
    })
  }

  #change(change: Change, heard = false): void {
    const { since } = this.#state
    this.#state = next(this.#state, change)
    if (this.#state.since === since) return
    this.#notify({ id: this.#state.sequence, cause: 'reset', events: [], tags: [anyTag], pending: false, reset: true, heard })
  }

  #notify(invalidation: Invalidation): Invalidation {
    tell(this.#listeners, invalidation)
    return invalidation
  }
}

async function isRejected(response: Response): Promise<boolean> {
  if (response.status !== 400) return false
  const text = await response.clone().text()
  return text.includes('"invalid-token"')
}

// `no-cache` asks the browser's HTTP cache to confirm with the server: a stored answer knows nothing of the token, and may
// be of an epoch that is over.
function confirming(input: RequestInfo | URL, init: RequestInit, token: string | undefined): RequestInit {
  if (token === undefined) return { cache: 'no-cache', ...init }
  const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined))
  headers.set(header.token, token)
  return { cache: 'no-cache', ...init, headers }
}
