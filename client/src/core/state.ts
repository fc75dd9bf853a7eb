import type { Answer, Stamp } from './answer.ts'
import { afterReset, isTouched, mark, noMarks, positionOf, type Marks } from './marks.ts'
import { anyTag } from './wire.ts'

/** All that a client remembers. Never changed in place: each thing that can happen makes another one of it. */
export interface FreshnessState {
  /** Counts what was applied: invalidations and resets. */
  readonly sequence: number
  /** The epoch whose positions and tag hashes are compared; undefined until the first answer names one. */
  readonly epoch?: string
  /** The epochs that were known before, oldest first. None of them is ever adopted again. */
  readonly left: readonly string[]
  /** True once an answer of another epoch arrived: from then on every read has stored answers confirmed. */
  readonly confirm: boolean
  readonly token?: { readonly value: string; readonly position: number | undefined } | undefined
  readonly marks: Marks
}

/** What a mutation answer said. Without an epoch neither position nor tags can be compared, so they are not given. */
export interface Notice {
  readonly epoch?: string | undefined
  /** The position of the mutation's last record. */
  readonly position?: number | undefined
  readonly tags: readonly string[]
  readonly token?: string | undefined
  /** When the mutation was sent; undefined when it was not sent through this client. */
  readonly sent?: Stamp | undefined
}

/** A client that has seen nothing yet. */
export const initialState: FreshnessState = { sequence: 0, left: [], confirm: false, marks: noMarks }

/** How many epochs are remembered as left. */
export const maximumLeft = 100

/** What the client knows now, to be kept with a request that is about to be sent. */
export function stamp({ sequence, epoch }: FreshnessState, confirmed: boolean): Stamp {
  return { sequence, epoch, confirmed }
}

/** True if the answer was loaded before an invalidation of one of its tags, or belongs to another epoch than the known one. */
export function isOutdated({ epoch, marks }: FreshnessState, answer: Answer): boolean {
  return (answer.epoch !== undefined && answer.epoch !== epoch) || isTouched(marks, answer)
}

/** True if the second state came of the first by adopting another epoch: everything read before is outdated. */
export function isReset(before: FreshnessState, after: FreshnessState): boolean {
  return before.epoch !== undefined && before.epoch !== after.epoch
}

/**
 * The stream tells of a record of the known epoch. What is marked at its position or later is left alone: a mutation's answer
 * told of it before, or the stream did, before it was taken up again. So nothing is read twice for one record.
 */
export function heard(state: FreshnessState, position: number, tags: readonly string[]): FreshnessState {
  const news = tags.filter((tag) => positionOf(state.marks, tag) < position)
  const sequence = state.sequence + 1
  return news.length > 0 ? { ...state, sequence, marks: mark(state.marks, news, sequence, position) } : state
}

/**
 * An answer names an epoch. Another one than the known one may be the server's next, or one from before; epochs are
 * random, so nothing in them tells. Two conditions let it be adopted, and everything read before is outdated then:
 *
 * The request was sent when the known epoch was known already. Else:
 *   read A is sent  ->  the server restarts, read B is answered by the new log, adopted  ->  A's answer, written before
 *   the restart, arrives: adopting it would go back, and leave for good the only epoch the server still has.
 *
 * The answer cannot have lain in an HTTP cache. Else the same happens when a page is opened after a restart and one of
 * its reads is answered by the browser's cache.
 *
 * Where they are not met, the answer is outdated and its query reads again: the next request meets both.
 */
export function meet(state: FreshnessState, epoch: string | undefined, sent: Stamp | undefined): FreshnessState {
  const { sequence, epoch: known, left, marks } = state
  if (!epoch || epoch === known) return state
  if (known === undefined) return { ...state, epoch }
  if (!sent?.confirmed || sent.epoch !== known || left.includes(epoch)) return { ...state, confirm: true }
  const now = sequence + 1
  // The token goes: it belongs to the epoch that is left. The sequence goes on, so that stamps stay comparable with marks.
  return { sequence: now, epoch, left: [...left, known].slice(-maximumLeft), confirm: true, marks: afterReset(marks, now) }
}

/** Marks what a mutation invalidated. Hashes of another epoch than the known one cannot be compared: any tag. */
export function invalidated(before: FreshnessState, { epoch, position: told, tags, token: value, sent }: Notice): FreshnessState {
  const state = meet(before, epoch, sent)
  const { token, marks, left } = state
  const sequence = state.sequence + (tags.length > 0 ? 1 : 0)
  const comparable = isKnown(state, epoch)
  const position = comparable ? told : undefined
  // The token of an epoch that was left is of no use. One of an epoch nobody knows may be of the next one, so it is taken
  // where it replaces no other.
  const isOfUse = value && (comparable || !epoch || !(token || left.includes(epoch)))
  // Answers of overtaking mutations arrive in any order; the token with the highest position covers both. Where
  // positions are unknown, the one that arrived last is kept.
  const isLater = !((token?.position ?? -1) > (position ?? Infinity))
  return {
    ...state,
    sequence,
    marks: mark(marks, comparable || sequence === state.sequence ? tags : [anyTag], sequence, position),
    token: isOfUse && isLater ? { value, position } : token,
  }
}

/** True if positions and tag hashes of this epoch may be compared with those the client keeps. */
export function isKnown(state: FreshnessState, epoch: string | undefined): boolean {
  return epoch !== undefined && epoch === state.epoch
}
