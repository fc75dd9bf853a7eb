import type { Answer } from './answer.ts'
import { anyTag } from './wire.ts'

/**
 * What is remembered of a tag's invalidations. Two clocks, because not every invalidation has a position we may
 * compare: the first is the server's order, the other two are the order in which this client applied them.
 */
export type Mark = readonly [
  /** The highest position at which the tag was invalidated; -1 for never. */
  position: number,
  /** When (in this client's sequence) the last invalidation with a position was applied; 0 for never. */
  placed: number,
  /** When the last invalidation without a comparable position was applied; 0 for never. */
  blind: number,
]

/**
 * Every mark this client keeps, by tag, the longest unchanged first. Values are replaced, never changed. `*` has the invalidations of any
 * tag, and what was forgotten: these touch every answer. The empty tag has the maximum of all marks: what touches an answer whose own
 * tags are unknown.
 */
export type Marks = ReadonlyMap<string, Mark>

/** No invalidation at all. */
export const noMarks: Marks = new Map()

/** The marks kept before the oldest half is forgotten: a tab that is never closed must not grow for ever. */
export const maximumMarks = 1_000

const highest = ''
const markOf = (marks: Marks, tag: string): Mark => marks.get(tag) ?? [-1, 0, 0]

/** The marks after one more invalidation. A position is given only if it may be compared with those of answers. */
export function mark(before: Marks, tags: readonly string[], sequence: number, position?: number): Marks {
  const marks = new Map(before)
  const raise = (tag: string, by: Mark) => {
    const raised = markOf(marks, tag).map((at, clock) => Math.max(at, by[clock]!))
    marks.delete(tag) // re-inserted at the end, so the map stays in the order of the last invalidation
    marks.set(tag, raised as [number, number, number])
  }
  for (const tag of [...tags, highest]) raise(tag, position === undefined ? [-1, 0, sequence] : [position, sequence, 0])
  // What is forgotten becomes a mark on everything: answers from before it are outdated, because unknown is not fresh.
  for (const [tag, forgotten] of marks.size > maximumMarks ? [...marks].slice(0, maximumMarks / 2) : []) {
    marks.delete(tag)
    raise(anyTag, forgotten)
  }
  return marks
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
export const isTouched = (marks: Marks, { stamp: { sequence }, interval, tags }: Answer): boolean =>
  [anyTag, ...(tags.includes(anyTag) ? [highest] : tags)].some((tag) => {
    const [position, placed, blind] = markOf(marks, tag)
    return sequence < blind || (interval ? interval.validAt < position : sequence < placed)
  })

/** The highest position at which a tag is known to have been invalidated; -1 for never. */
export const positionOf = (marks: Marks, tag: string): number => markOf(marks, tag)[0]

/**
 * The marks once positions begin anew. Hashes and positions mean nothing any more, and what is read in the new epoch is
 * younger than all they told of. What has no position was read before or after, as requests go. Not so an invalidation without a position, which may have happened in either epoch:
 *   a read is sent  ->  a mutation's answer is lost, so anything may have changed  ->  another answer names a new epoch
 *   ->  the read's answer arrives, of the new epoch, loaded before the mutation.
 */
export function afterReset(marks: Marks, sequence: number): Marks {
  const kept: Mark = [-1, sequence, markOf(marks, highest)[2]]
  return new Map([[anyTag, kept], [highest, kept]])
}
