import { answerFrom, unasked, type Answer, type Stamp } from './answer.ts'
import { initialState, isKnown, isOutdated, stamp, told, type FreshnessState, type Notice } from './state.ts'
import type { OnProblem } from './problem.ts'
import { anyTag, headerOf, isEnvelope, parseEvents, prefix, type Envelope, type FreshnessEvent, type Point } from './wire.ts'

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
  readonly heard?: boolean | undefined
  readonly events: readonly FreshnessEvent[]
  /** Tag hashes of the known epoch; `*` for any. */
  readonly tags: readonly string[]
  /** The position of the mutation's last record in the known epoch, if told. */
  readonly position?: number | undefined
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

/** Keeps the token and the marks of one tab, and knows which answers are outdated. Made by {@link createClient}. */
export type FreshnessClient = ReturnType<typeof createClient>

/**
 * A client that has seen nothing yet. It knows no framework and no cache. One speaks to one keyspace: of two logs, each would look like
 * the other one's next epoch.
 */
export function createClient(send: Fetch, problem: OnProblem = () => {}) {
  const answers = new WeakMap<Response, Answer>()
  let state = initialState

  const client = {
    /** The place up to which the stream has told everything; undefined while nothing needs it. */
    at: undefined as Point | undefined,
    /** Called after each invalidation is applied. */
    onInvalidation: (_: Invalidation) => {},
    /** Called for each answer that was read, here or by the server that rendered the page. */
    onAnswer: (_: Answer) => {},
    /** Called for each record the stream tells, known already or not. */
    onRecord: (_: HeardRecord) => {},
    /** What the generated file was made from; undefined when there is none. */
    manifest: undefined as string | undefined,

    /** All that is remembered. */
    get state(): FreshnessState {
      return state
    },

    /** What the client knows now; to be taken before a request is sent. */
    begin: (): Stamp => stamp(state, false),

    /** True if one of the answer's tags was invalidated after it was loaded, or the server's epoch is another one now. */
    isOutdated: (answer: Answer): boolean => isOutdated(state, answer),

    /** True if something was invalidated since the answer was asked for: that it is outdated is not the server's fault. */
    hasMovedSince: ({ stamp: { sequence } }: Answer): boolean => state.sequence > sequence,

    /** What is remembered of a response to a request that `fetch` made. */
    answerOf: (response: Response): Answer | undefined => answers.get(response),

    /**
     * Takes in what an answer or a frame said. If anything was invalidated by it that nobody had told, that is told; another epoch
     * outdates everything. Without a notice something may have happened of which nobody can say what: a mutation's answer was lost, a
     * frame was.
     */
    learn(how: Partial<Invalidation>, notice: Notice = { tags: [anyTag] }): Invalidation | undefined {
      const { epoch, sequence } = state
      state = told(state, notice)
      if (state.sequence === sequence) return undefined
      const reset = epoch !== undefined && epoch !== state.epoch
      const { tags, position } = notice
      const invalidation: Invalidation = {
        id: state.sequence, cause: 'reset', events: [], pending: false, tags: [anyTag], ...how, reset,
        ...(isKnown(state, notice.epoch) && tags.length > 0 && { tags, position }),
      }
      client.onInvalidation(invalidation)
      return invalidation
    },

    /** Takes an answer in: one that was read here, or by the server that rendered the page. */
    adopt(answer: Answer): void {
      client.learn({}, { epoch: answer.epoch, sent: answer.stamp, tags: [] })
      client.onAnswer(answer)
    },

    /**
     * `fetch`, with the token on reads (GET and HEAD). A write is passed on unchanged, and its place in time noted;
     * its answer is to be given to `apply`. Use it for your own server only: the token is a header of its own.
     */
    async fetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
      const { method = 'GET', headers: given } = input as Partial<Request>
      const isRead = /^(get|head)$/i.test(init.method ?? method)
      const token = isRead ? state.token?.value : undefined
      // No cache answers a write.
      const sent = stamp(state, !isRead || token !== undefined || state.confirm)
      const headers = new Headers(init.headers ?? given)
      if (token) headers.set(`${prefix}Token`, token)
      // `no-cache` asks the browser's HTTP cache to confirm with the server: a stored answer knows nothing of the token, and may
      // be of an epoch that is over.
      const response = await send(input, isRead && sent.confirmed ? { cache: 'no-cache', ...init, headers } : init)
      if (token && response.status === 400 && (await response.clone().text()).includes('"invalid-token"')) {
        problem('token-rejected')
        if (state.token?.value === token) state = { ...state, token: undefined }
        return client.fetch(input, init)
      }
      const answer = answerFrom(response.headers, sent)
      answers.set(response, answer)
      if (isRead) client.adopt(answer)
      return response
    },

    /**
     * Applies a mutation's answer: keeps its token and marks what it invalidated. Give the response (headers only are
     * read, the body stays yours), or the parsed envelope, best together with its response: without the response's
     * headers nobody knows which tags the events reach, and everything is outdated. Returns what it invalidated; undefined if
     * nothing, or nothing that the stream has not told.
     */
    apply(answer: Applied, response?: Response): Invalidation | undefined {
      const carrier = answer instanceof Response ? answer : response
      const headers = carrier?.headers ?? new Headers()
      const body = isEnvelope(answer) ? answer : undefined
      const events = body?.freshness_events ?? parseEvents(headerOf(headers, 'Events')) ?? []
      const pending = headerOf(headers, 'Pending') === 'true'
      const { epoch, interval, tags } = answerFrom(headers, unasked)
      const sent = carrier && answers.get(carrier)?.stamp
      // Of what is pending nobody has a position, and not all of its tags are told: any, and the stream tells the rest when it comes.
      return client.learn({ cause: 'mutation', events, pending }, pending ? { epoch, sent, tags: [anyTag] } : {
        epoch, sent, position: interval?.validAt,
        // Nothing may be invalidated (`Refresh()`, or an operation accepted for later). A token may come all the same.
        tags: events.length > 0 || headerOf(headers, 'Tags') !== null ? tags : [],
        token: headerOf(headers, 'Token') ?? body?.freshness_token,
      })
    },
  }
  return client
}
