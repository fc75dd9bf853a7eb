import type { Answer } from './answer.ts'
import { anyTag } from './wire.ts'

/**
 * What is remembered of a tag's invalidations. Two clocks, because not every invalidation has a position we may
 * compare: `position` is the server's order, the other two are the order in which this client applied them.
 */
export interface Mark {
  /** The highest position at which the tag was invalidated; -1 for never. */
  readonly position: number
  /** When (in this client's sequence) the last invalidation with a position was applied; 0 for never. */
  readonly placed: number
  /** When the last invalidation without a comparable position was applied; 0 for never. */
  readonly blind: number
}

/** Every mark this client keeps. Values are replaced, never changed. */
export interface Marks {
  readonly byTag: ReadonlyMap<string, Mark>
  /** Invalidations of `*`, and what was forgotten: these touch every answer. */
  readonly every: Mark
  /** The maximum of all marks: what touches an answer whose own tags are unknown. */
  readonly any: Mark
}

const never: Mark = { position: -1, placed: 0, blind: 0 }

/** No invalidation at all. */
export const noMarks: Marks = { byTag: new Map(), every: never, any: never }

/** The marks kept before the oldest half is forgotten: a tab that is never closed must not grow for ever. */
export const maximumMarks = 1_000

/** The marks after one more invalidation. A position is given only if it may be compared with those of answers. */
export function mark(marks: Marks, tags: readonly string[], sequence: number, position?: number): Marks {
  if (tags.length === 0) return marks
  const added: Mark =
    position === undefined ? { ...never, blind: sequence } : { ...never, position, placed: sequence }
  const byTag = new Map(marks.byTag)
  let every = marks.every
  for (const tag of tags) {
    if (tag === anyTag) {
      every = later(every, added)
    } else {
      const merged = later(byTag.get(tag) ?? never, added)
      byTag.delete(tag) // re-inserted at the end, so the map stays in the order of the last invalidation
      byTag.set(tag, merged)
    }
  }
  return { byTag, every: forgetOldest(byTag, every), any: later(marks.any, added) }
}

/**
 * The rule: an answer is outdated if one of its tags was invalidated after it was loaded.
 *
 * "After" in positions: a mutation tells one position, that of its last record, for all its tags. A tag may really
 * have been invalidated a record earlier, so the mark can be too high, never too low:
 *   records 7 (tag a) and 8 (tag b), told as {a, b} at 8  ->  an answer on a, loaded at 7 and known valid at 9, is fresh.
 * Comparing with `validAt` accepts it; comparing with `loadedAt` would read it again for ever. It is safe because
 * the server promises that no tag of the answer was invalidated in (loadedAt, validAt].
 *
 * "After" without positions: the answer was requested before the invalidation was applied here. Coarser, and right.
 */
export function isTouched(marks: Marks, answer: Answer): boolean {
  if (outdates(marks.every, answer)) return true
  if (answer.tags.includes(anyTag)) return outdates(marks.any, answer)
  return answer.tags.some((tag) => outdates(marks.byTag.get(tag) ?? never, answer))
}

/** The highest position at which a tag is known to have been invalidated; -1 for never. */
export function positionOf({ byTag, every }: Marks, tag: string): number {
  return (tag === anyTag ? every : (byTag.get(tag) ?? never)).position
}

function outdates(mark: Mark, { stamp, interval }: Answer): boolean {
  if (stamp.sequence < mark.blind) return true
  return interval ? interval.validAt < mark.position : stamp.sequence < mark.placed
}

function later(a: Mark, b: Mark): Mark {
  return {
    position: Math.max(a.position, b.position),
    placed: Math.max(a.placed, b.placed),
    blind: Math.max(a.blind, b.blind),
  }
}

/**
 * The marks once positions begin anew. Hashes and positions mean nothing any more, and what is read in the new epoch is
 * younger than all they told of. Not so an invalidation without a position, which may have happened in either epoch:
 *   a read is sent  ->  a mutation's answer is lost, so anything may have changed  ->  another answer names a new epoch
 *   ->  the read's answer arrives, of the new epoch, loaded before the mutation.
 */
export function afterReset({ any: { blind } }: Marks): Marks {
  const kept = { ...never, blind }
  return { byTag: new Map(), every: kept, any: kept }
}

// What is forgotten becomes a mark on everything: answers from before it are outdated, because unknown is not fresh.
function forgetOldest(byTag: Map<string, Mark>, every: Mark): Mark {
  if (byTag.size <= maximumMarks) return every
  for (const [tag, forgotten] of byTag) {
    if (byTag.size <= maximumMarks / 2) break
    every = later(every, forgotten)
    byTag.delete(tag)
  }
  return every
}
