import { anyTag } from './wire.ts'

/**
 * The highest position at which each tag was invalidated, the longest unchanged first. `*` has the invalidations of any tag, and what was
 * forgotten: these touch every answer.
 */
export type Marks = Map<string, number>

/** The marks kept before the oldest half is forgotten: a tab that is never closed must not grow for ever. */
export const maximumMarks = 1_000

/** Marks tags as invalidated at a position. False if that, or more, was known of each of them. */
export function raise(marks: Marks, tags: readonly string[], position: number): boolean {
  const news = tags.filter((tag) => !(marks.get(tag)! >= position))
  for (const tag of news) {
    marks.delete(tag) // re-inserted at the end, so the map stays in the order of the last invalidation
    marks.set(tag, position)
  }
  if (marks.size > maximumMarks) {
    // What is forgotten becomes a mark on everything: answers from before it are outdated, because unknown is not fresh.
    const forgotten = [...marks].slice(0, maximumMarks / 2)
    for (const [tag] of forgotten) marks.delete(tag)
    raise(marks, [anyTag], Math.max(...forgotten.map(([, at]) => at)))
  }
  return news.length > 0
}

/**
 * The rule, where positions can be compared: an answer is outdated if one of its tags was invalidated after it was loaded.
 *
 * A mutation tells one position, that of its last record, for all its tags. A tag may really have been invalidated a record earlier, so
 * the mark can be too high, never too low:
 *   records 7 (tag a) and 8 (tag b), told as {a, b} at 8  ->  an answer on a, loaded at 7 and known valid at 9, is fresh.
 * Comparing with `validAt` accepts it; comparing with `loadedAt` would read it again for ever. It is safe because
 * the server promises that no tag of the answer was invalidated in (loadedAt, validAt].
 */
export const isTouched = (marks: Marks, tags: readonly string[], validAt: number): boolean =>
  (tags.includes(anyTag) ? [...marks.keys()] : [anyTag, ...tags]).some((tag) => marks.get(tag)! > validAt)
