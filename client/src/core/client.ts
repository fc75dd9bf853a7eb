import { answerFrom, unasked, type Answer, type Stamp } from './answer.ts'
import { isTouched, raise, type Marks } from './marks.ts'
import type { HeardRecord, Invalidation, Notice } from './notice.ts'
import type { OnProblem } from './problem.ts'
import { anyTag, headerOf, parseEvents, prefix, type Envelope, type Point } from './wire.ts'

/** What a mutation answered: the response, or its envelope, or the envelope with the response it came in. */
export type Applied = Response | Envelope

export type Fetch = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>

/** Keeps the token and the marks of one tab, and knows which answers are outdated. Made by {@link createClient}. */
export interface FreshnessClient {
  /** The epochs that were known before, oldest first. None of them is ever adopted again. */
  left: readonly string[]
  /** The place up to which the stream has told everything; undefined while nothing needs it. */
  at?: Point
  /** What the generated file was made from; undefined when there is none. */
  manifest?: string | undefined
  /** Called after each invalidation is applied. */
  onInvalidation?: (invalidation: Invalidation) => void
  /** Called for each answer that was read, here or by the server that rendered the page. */
  onAnswer?: (answer: Answer) => void
  /** Called for each record the stream tells, known already or not. */
  onRecord?: (record: HeardRecord) => void

  /** What the client knows now; to be taken before a request is sent. */
  begin(confirmed?: boolean): Stamp
  /** True if one of the answer's tags was invalidated after it was loaded, or the server's epoch is another one now. */
  isOutdated(answer: Answer): boolean
  /** True if something was invalidated since the answer was asked for: that it is outdated is not the server's fault. */
  hasMovedSince(answer: Answer): boolean
  /** What is remembered of a response to a request that `fetch` made. */
  answerOf(response: Response): Answer | undefined
  /**
   * Takes in what an answer or a frame said. If anything was invalidated by it that nobody had told, that is told; another epoch
   * outdates everything. Without a notice something may have happened of which nobody can say what: a mutation's answer was lost, a
   * frame was.
   */
  learn(how: Partial<Invalidation>, notice?: Notice): Invalidation | undefined
  /** Takes an answer in: one that was read here, or by the server that rendered the page. */
  adopt(answer: Answer): void
  /**
   * `fetch`, with the token on reads (GET and HEAD). A write is passed on unchanged, and its place in time noted;
   * its answer is to be given to `apply`. Use it for your own server only: the token is a header of its own.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /**
   * Applies a mutation's answer: keeps its token and marks what it invalidated. Give the response (headers only are
   * read, the body stays yours), or the parsed envelope, best together with its response: without the response's
   * headers nobody knows which tags the events reach, and everything is outdated. Returns what it invalidated; undefined if
   * nothing, or nothing that the stream has not told.
   */
  apply(answer: Applied, response?: Response): Invalidation | undefined
}

/** How many epochs are remembered as left. */
export const maximumLeft = 100

/**
 * A client that has seen nothing yet. It knows no framework and no cache. One speaks to one keyspace: of two logs, each would look like
 * the other one's next epoch.
 */
export function createClient(send: Fetch, problem: OnProblem = () => {}): FreshnessClient {
  const answers = new WeakMap<Response, Answer>()
  /** Counts what was applied: invalidations and resets. */
  let sequence = 0
  /** The epoch whose positions and tag hashes are compared; undefined until the first answer names one. */
  let epoch: string | undefined
  /** Goes with every read. */
  let token: { readonly value: string; readonly position: number | undefined } | undefined
  /** True once an answer of another epoch arrived: from then on every read has stored answers confirmed. */
  let confirm = false
  /** What was invalidated in the known epoch, at positions of it. */
  const marks: Marks = new Map()
  /**
   * When the last invalidation was applied whose position or tags cannot be compared. It touches whatever was asked for before, and a new
   * epoch does not make it forgotten, for it may have happened in either:
   *   a read is sent  ->  a mutation's answer is lost, so anything may have changed  ->  another answer names a new epoch
   *   ->  the read's answer arrives, of the new epoch, loaded before the mutation.
   */
  let blind = 0

  const client: FreshnessClient = {
    left: [],
    begin: (confirmed = false) => ({ sequence, epoch, confirmed }),
    // Where there is no position the order of requests is left: coarser, and right.
    isOutdated: (answer) => (!!answer.epoch && answer.epoch !== epoch) || answer.stamp.sequence < blind
      || (answer.interval ? isTouched(marks, answer.tags, answer.interval.validAt) : client.hasMovedSince(answer)),
    hasMovedSince: ({ stamp }) => sequence > stamp.sequence,
    answerOf: (response) => answers.get(response),

    learn(how, { epoch: named, position, tags, token: value, sent } = { tags: [anyTag] }) {
      const before = sequence
      const known = epoch
      // Another epoch than the known one may be the server's next, or one from before; epochs are random, so nothing in them tells. Two
      // conditions let it be adopted, and everything read before is outdated then:
      //
      // The request was sent when the known epoch was known already. Else:
      //   read A is sent  ->  the server restarts, read B is answered by the new log, adopted  ->  A's answer, written before
      //   the restart, arrives: adopting it would go back, and leave for good the only epoch the server still has.
      //
      // The answer cannot have lain in an HTTP cache. Else the same happens when a page is opened after a restart and one of
      // its reads is answered by the browser's cache.
      //
      // Where they are not met, the answer is outdated and its query reads again: the next request meets both.
      if (!known) epoch = named
      else if (named && named !== known) {
        confirm = true
        if (sent?.confirmed && sent.epoch === known && !client.left.includes(named)) {
          epoch = named
          client.left = [...client.left, known].slice(-maximumLeft)
          token = undefined // it belongs to the epoch that is left
          marks.clear() // hashes and positions mean nothing any more, and what is read in the new epoch is younger than all they told of
          sequence++
        }
      }
      const isKnown = !!named && named === epoch
      // Positions and hashes of another epoch than the known one cannot be compared, nor hashes without a position: then it is any tag.
      const at = isKnown ? position : undefined
      // What is marked at this position or later is left alone: it was told before, by the stream or by a mutation's answer. So nothing is
      // read twice for one record.
      if (at !== undefined) sequence += Number(raise(marks, tags, at))
      else if (tags.length > 0) blind = ++sequence
      // The token of an epoch that was left is of no use. One of an epoch nobody knows may be of the next one, so it is taken
      // where it replaces no other.
      const isOfUse = value && (isKnown || !named || !(token || client.left.includes(named)))
      // Answers of overtaking mutations arrive in any order; the token with the highest position covers both. Where
      // positions are unknown, the one that arrived last is kept.
      if (isOfUse && !(token?.position! > (at ?? Infinity))) token = { value, position: at }
      if (sequence === before) return undefined
      const invalidation: Invalidation = {
        id: sequence, cause: 'reset', events: [], pending: false, tags: [anyTag], ...how, reset: !!known && known !== epoch,
        ...(at !== undefined && tags.length > 0 && { tags, position }),
      }
      client.onInvalidation?.(invalidation)
      return invalidation
    },

    adopt(answer) {
      client.learn({}, { epoch: answer.epoch, sent: answer.stamp, tags: [] })
      client.onAnswer?.(answer)
    },

    async fetch(input, init = {}) {
      const { method = 'GET', headers: given } = input as Partial<Request>
      const isRead = /^(get|head)$/i.test(init.method ?? method)
      const mine = isRead && token
      const sent = client.begin(!isRead || confirm || !!mine) // no cache answers a write
      const headers = new Headers(init.headers ?? given)
      if (mine) headers.set(`${prefix}Token`, mine.value)
      // `no-cache` asks the browser's HTTP cache to confirm with the server: a stored answer knows nothing of the token, and may
      // be of an epoch that is over.
      const response = await send(input, isRead && sent.confirmed ? { cache: 'no-cache', ...init, headers } : init)
      if (mine && response.status === 400 && (await response.clone().text()).includes('"invalid-token"')) {
        problem('token-rejected')
        if (token === mine) token = undefined
        return client.fetch(input, init)
      }
      const answer = answerFrom(response.headers, sent)
      answers.set(response, answer)
      if (isRead) client.adopt(answer)
      return response
    },

    apply(answer, response) {
      const carrier = answer instanceof Response ? answer : response
      const headers = carrier?.headers ?? new Headers()
      const body = answer as Partial<Envelope> | null
      const events = body?.freshness_events ?? parseEvents(headerOf(headers, 'Events'))
      const pending = headerOf(headers, 'Pending') === 'true'
      const { epoch, interval, tags, stamp: sent } = answers.get(carrier!) ?? answerFrom(headers, unasked)
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
