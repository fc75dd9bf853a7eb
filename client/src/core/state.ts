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

/** What an answer said, or a frame of the stream. */
export interface Notice {
  readonly epoch?: string | undefined
  /** The position of the last record it tells of. */
  readonly position?: number | undefined
  /** The tags that were invalidated, if any were. */
  readonly tags: readonly string[]
  readonly token?: string | undefined
  /** When it was asked for; undefined when it was not asked for through this client. */
  readonly sent?: Pick<Stamp, 'epoch' | 'confirmed'> | undefined
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
export function meet(state: FreshnessState, epoch: string | undefined, sent: Notice['sent']): FreshnessState {
  const { sequence, epoch: known, left, marks } = state
  if (!epoch || epoch === known) return state
  if (known === undefined) return { ...state, epoch }
  if (!sent?.confirmed || sent.epoch !== known || left.includes(epoch)) return { ...state, confirm: true }
  const now = sequence + 1
  // The token goes: it belongs to the epoch that is left. The sequence goes on, so that stamps stay comparable with marks.
  return { sequence: now, epoch, left: [...left, known].slice(-maximumLeft), confirm: true, marks: afterReset(marks, now) }
}

/**
 * Takes a notice in. Hashes of another epoch than the known one cannot be compared: any tag. What is marked at the notice's position or
 * later is left alone: it was told before, by the stream or by a mutation's answer. So nothing is read twice for one record.
 */
export function told(before: FreshnessState, { epoch, position, tags, token: value, sent }: Notice): FreshnessState {
  const state = meet(before, epoch, sent)
  const { token, marks, left } = state
  const known = isKnown(state, epoch)
  const at = known ? position : undefined
  const news = known ? tags.filter((tag) => !(positionOf(marks, tag) >= at!)) : tags.length > 0 ? [anyTag] : []
  const sequence = state.sequence + (news.length > 0 ? 1 : 0)
  // The token of an epoch that was left is of no use. One of an epoch nobody knows may be of the next one, so it is taken
  // where it replaces no other.
  const isOfUse = value && (known || !epoch || !(token || left.includes(epoch)))
  // Answers of overtaking mutations arrive in any order; the token with the highest position covers both. Where
  // positions are unknown, the one that arrived last is kept.
  const isLater = !((token?.position ?? -1) > (at ?? Infinity))
  return { ...state, sequence, marks: mark(marks, news, sequence, at), token: isOfUse && isLater ? { value, position: at } : token }
}

/** True if positions and tag hashes of this epoch may be compared with those the client keeps. */
export function isKnown(state: FreshnessState, epoch: string | undefined): boolean {
  return epoch !== undefined && epoch === state.epoch
}
